/** What all failures of authentication and policies have in common. */
export abstract class AccessError extends Error {}

/** An authenticator cannot tell: its directory, provider or file does not answer. The same call may succeed later. */
export class AuthenticatorUnavailableError extends AccessError {
  override readonly name = 'AuthenticatorUnavailableError';

  constructor(
    readonly authenticator: string,
    options?: ErrorOptions,
  ) {
    super(`the authenticator ${authenticator} is not available`, options);
  }
}
