import type { Credentials } from '#libs/access';

const BASIC = /^basic +(?<encoded>[\w+/-]+={0,2}) *$/i;
const BEARER = /^bearer +(?<token>[\w.~+/-]+=*) *$/i;
/** RFC 7617, section 2: none of them is part of a name or a password. */
const CONTROL_CHARACTER = /\p{Cc}/u;

/**
 * The credentials in an `Authorization` header; null when they are malformed, undefined when it has those of another
 * scheme, or neither a name nor a password: skopeo and buildah send that for somebody who has not logged in.
 */
export function readAuthorization(header: string): Credentials | null | undefined {
  const [scheme] = header.split(' ', 1);
  switch (scheme?.toLowerCase()) {
    case 'basic':
      return readBasic(BASIC.exec(header)?.groups?.encoded);
    case 'bearer':
      return readBearer(BEARER.exec(header)?.groups?.token);
    default:
      return undefined;
  }
}

/** Whether a header carries a token. */
export function isBearer(header: string | undefined): boolean {
  return header !== undefined && /^bearer /i.test(header);
}

function readBearer(token: string | undefined): Credentials | null {
  return token === undefined ? null : { kind: 'token', token };
}

function readBasic(encoded: string | undefined): Credentials | null | undefined {
  if (encoded === undefined) return null;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  if (text === ':') return undefined;
  const colon = text.indexOf(':');
  if (colon === -1 || CONTROL_CHARACTER.test(text)) return null;
  return { kind: 'password', user: text.slice(0, colon), password: text.slice(colon + 1) };
}
