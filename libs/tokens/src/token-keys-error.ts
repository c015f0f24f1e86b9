import { AccessError } from '#libs/access';

/** What should hold the keys of a token service does not. */
export class TokenKeysError extends AccessError {
  override readonly name = 'TokenKeysError';
}
