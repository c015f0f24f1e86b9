import type { Request } from 'express';
import { Digest, parseReference } from '#libs/oci';
import { type AuditEvent, failedLogin } from '../audit/index.js';
import { readOrUndefined, remoteAddressOf } from '../http/index.js';
import type { AccessNeed, Verdict } from './access-decisions.js';
import type { AuthenticatorChain } from './authenticator-chain.js';
import { readAuthorization } from './authorization-header.js';
import { principalOf } from './principal-of.js';
import type { Needs } from './route-needs.js';

/** What the audit log is told of a request that was decided on. */
export function eventOf(
  request: Request,
  { action, repository }: AccessNeed,
  verdict: Verdict,
  { source, tags }: Needs,
): AuditEvent {
  const { name, authenticator, credential } = principalOf(request);
  const named = namedIn(request);
  const allTags = tags.length > 0 ? tags : named.tags;
  return {
    principal: name,
    ...(authenticator !== '' && { authenticator }),
    ...(credential !== undefined && { credential }),
    action,
    ...(repository !== undefined && { repository }),
    ...(source?.repository !== undefined && { source: source.repository }),
    ...(allTags.length > 0 && { tags: allTags }),
    ...(named.digest && { digest: named.digest.toString() }),
    reason: verdict.reason,
    isDenied: !verdict.isAllowed,
  };
}

/** What it is told of credentials that nobody vouches for. */
export function eventOfLogin(request: Request, chain: AuthenticatorChain): AuditEvent {
  const credentials = readAuthorization(request.headers.authorization ?? '');
  if (credentials?.kind !== 'password') return failedLogin('');
  return failedLogin(credentials.user, chain.delayOf(remoteAddressOf(request), credentials.user));
}

/** The tag or digest in the path. */
function namedIn({ params: { reference, digest } }: Request): { tags: string[]; digest?: Digest } {
  const named = typeof reference === 'string' ? parseReference(reference) : undefined;
  if (named) return 'tag' in named ? { tags: [named.tag] } : { tags: [], digest: named.digest };
  const parsed = typeof digest === 'string' ? readOrUndefined(Digest.parse, digest) : undefined;
  return { tags: [], ...(parsed && { digest: parsed }) };
}
