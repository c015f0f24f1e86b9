import type { Action } from '#libs/access';
import { OciError } from '#libs/oci';
import { EXAMPLE_DIGEST } from '../http/index.js';
import { type Failure, failure } from './failure.js';

export const SERVER_FAILED = failure('the server fails; its log tells why', new OciError('UNKNOWN'));

export const STORAGE_FULL = failure(
  'the storage is full',
  new OciError('UNAVAILABLE', undefined, { status: 507, message: 'the storage is full' }),
);

export const STORAGE_UNAVAILABLE = failure(
  'the store in which the registry keeps its content does not answer',
  new OciError('UNAVAILABLE', undefined, {
    message: 'the storage is not available; try again',
    headers: { 'Retry-After': '5' },
  }),
);

export const BUSY = failure(
  'another request keeps changing the same thing',
  new OciError('TOOMANYREQUESTS', undefined, {
    message: 'another request is changing this; try again',
    headers: { 'Retry-After': '1' },
  }),
);

/** When a limit is reached, which there is on requests of all kinds where it is configured. */
export const TOO_MANY_REQUESTS = failure(
  'the client asks too often, moves too many bytes or has failed to log in too often',
  new OciError('TOOMANYREQUESTS', undefined, {
    message: 'too many requests; try again later',
    headers: { 'Retry-After': '20' },
  }),
);

export const NAME_INVALID = failure(
  'the name breaks the grammar of repository names',
  new OciError('NAME_INVALID', {
    name: 'Library/Ubuntu',
    rule: '^[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*(?:\\/[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*)*$',
  }),
);

export const DIGEST_MALFORMED = failure(
  'the digest is malformed or of an algorithm that is not supported',
  new OciError(
    'DIGEST_INVALID',
    { digest: EXAMPLE_DIGEST.slice(0, 20), rule: 'sha256 must match ^[a-f0-9]{64}$' },
    { message: 'invalid digest' },
  ),
);

export const PAGE_INVALID = failure(
  '`n` is not a whole number, 0 or more',
  new OciError(
    'UNSUPPORTED',
    { n: 'ten', rule: 'a whole number, 0 or more' },
    { status: 400, message: 'invalid number of results requested' },
  ),
);

/** When the client has to log in, on which the answer depends where there is a login. */
export const UNAUTHENTICATED = failure(
  'a login is needed, or the one that is shown is not good (enough)',
  new OciError('UNAUTHORIZED'),
  ['WWW-Authenticate'],
);

export const LOGIN_UNAVAILABLE = failure(
  'logins cannot be checked at the moment',
  new OciError('UNAVAILABLE', undefined, {
    message: 'logins cannot be checked at the moment; try again',
    headers: { 'Retry-After': '5' },
  }),
);

/** When the client may not do this to a repository, or to the registry. */
export function refusals(action: Action): readonly Failure[] {
  const detail =
    action === 'catalog' || action === 'administer' ? { action } : { action, repository: 'library/ubuntu' };
  const denied = failure('the client has no permission for this', new OciError('DENIED', detail));
  return [UNAUTHENTICATED, denied, LOGIN_UNAVAILABLE];
}
