import type { Request } from 'express';
import { type Grant, parseScopes } from '#libs/access';
import { OciError } from '#libs/oci';
import { queryText, queryTexts, readForm } from '../http/index.js';

/** Bytes. The largest that such a form holds is a token of somebody else, of some kilobytes. */
const LARGEST_FORM = 64 * 1024;

/** The types of tokens that can be exchanged (RFC 8693, section 3). */
const EXCHANGEABLE = ['urn:ietf:params:oauth:token-type:jwt', 'urn:ietf:params:oauth:token-type:id_token'];

/** How the client shows who it is. */
export type TokenProof =
  /** By the header, or not at all. */
  | { readonly kind: 'header' }
  | { readonly kind: 'password'; readonly user: string; readonly password: string }
  | { readonly kind: 'refresh'; readonly token: string }
  | { readonly kind: 'exchange'; readonly token: string };

/** What a client asks the token service for. */
export interface TokenRequest {
  readonly proof: TokenProof;
  readonly scopes: readonly Grant[];
  /** Undefined where the client does not name it. */
  readonly service: string | undefined;
  /** Whether the client wants a refresh token. */
  readonly isOffline: boolean;
  /** What the client calls itself; empty where it does not say. */
  readonly client: string;
}

/** A GET of Docker's token protocol ("Token Authentication Specification"). */
export function readTokenQuery(request: Request): TokenRequest {
  return {
    proof: { kind: 'header' },
    scopes: parseScopes(queryTexts(request, 'scope')),
    service: queryText(request, 'service'),
    isOffline: ['true', '1'].includes(queryText(request, 'offline_token') ?? ''),
    client: queryText(request, 'client_id') ?? '',
  };
}

/** A POST of the same in the form of OAuth 2 (RFC 6749, sections 4.3 and 6; RFC 8693, section 2.1). Throws `UNSUPPORTED`. */
export async function readTokenForm(request: Request): Promise<TokenRequest> {
  const form = await readForm(request, LARGEST_FORM);
  return {
    proof: proofIn(form),
    scopes: parseScopes(form.getAll('scope')),
    service: optional(form, 'service'),
    isOffline: form.get('access_type') === 'offline',
    client: optional(form, 'client_id') ?? '',
  };
}

/** The token in a form that revokes it (RFC 7009, section 2.1). Throws `UNSUPPORTED`. */
export async function readRevocation(request: Request): Promise<string> {
  return required(await readForm(request, LARGEST_FORM), 'token');
}

function proofIn(form: URLSearchParams): TokenProof {
  switch (form.get('grant_type')) {
    case 'password':
      return { kind: 'password', user: required(form, 'username'), password: required(form, 'password') };
    case 'refresh_token':
      return { kind: 'refresh', token: required(form, 'refresh_token') };
    case 'urn:ietf:params:oauth:grant-type:token-exchange': {
      const type = required(form, 'subject_token_type');
      if (!EXCHANGEABLE.includes(type)) throw invalid(`subject_token_type must be ${EXCHANGEABLE.join(' or ')}`);
      return { kind: 'exchange', token: required(form, 'subject_token') };
    }
    default:
      throw invalid('grant_type must be password, refresh_token or urn:ietf:params:oauth:grant-type:token-exchange');
  }
}

function required(form: URLSearchParams, name: string): string {
  const value = optional(form, name);
  if (value === undefined) throw invalid(`${name} is missing`);
  return value;
}

/** A parameter must not be there twice (RFC 6749, section 3.2): two readers could see two values. */
function optional(form: URLSearchParams, name: string): string | undefined {
  const [value, ...others] = form.getAll(name);
  if (others.length > 0) throw invalid(`${name} is there several times`);
  return value === '' ? undefined : value;
}

export function invalid(message: string): OciError {
  return new OciError('UNSUPPORTED', undefined, { status: 400, message });
}
