import type { Authenticator, Authorizer } from '#libs/access';

/** Where clients get tokens. */
export interface TokenService {
  /** The URL; without it, `/token` of this registry. */
  readonly realm?: string;
  /** What the registry is called there: the audience of its tokens. */
  readonly service: string;
}

/** What an application that embeds the registry brings of its own. What is absent is taken from the configuration. */
export interface AuthModuleOptions {
  /** Asked in this order, in place of those in the configuration. They are closed with the application. */
  readonly authenticators?: readonly Authenticator[];
  /** Closed with the application. */
  readonly authorizer?: Authorizer;
  /** Where clients are sent for tokens; they are asked for a password where there is none. */
  readonly tokenService?: TokenService;
}

/** The injection token of the options. */
export const AUTH_OPTIONS = Symbol('AuthModuleOptions');
