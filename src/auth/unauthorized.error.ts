import { OciError } from '#libs/oci';

/** A request that needs a login, or a better one. The challenge tells the client how to get it. */
export class UnauthorizedError extends OciError {
  constructor(challenge: string, detail?: unknown) {
    super('UNAUTHORIZED', detail, { headers: { 'WWW-Authenticate': challenge } });
  }
}
