import { optionalText, word } from './authenticator-rules.js';
import { identityProvider, loginScopes } from './login-rules.js';
import { Setting } from './setting.decorator.js';
import { duration } from './setting-rules.js';

/** Where people log in by their browser, for the authenticator `login`. Durations are in milliseconds. */
export class LoginConfig {
  /** The provider of OpenID Connect. */
  @Setting(identityProvider)
  readonly issuer: string | undefined = undefined;

  /** What the provider calls the registry. */
  @Setting(optionalText)
  readonly clientId: string | undefined = undefined;

  /** The secret that the provider gave to the registry; none for a public client. */
  @Setting(optionalText)
  readonly clientSecret: string | undefined = undefined;

  /** What the provider is asked for. */
  @Setting(loginScopes)
  readonly scopes: readonly string[] = ['openid', 'profile', 'email'];

  /** The claim that names the person. */
  @Setting(word)
  readonly usernameClaim: string = 'sub';

  /** The claim with the groups; there are none without it. */
  @Setting(optionalText)
  readonly groupsClaim: string | undefined = undefined;

  /** Stands before the names and groups of the provider. */
  @Setting(optionalText)
  readonly prefix: string | undefined = undefined;

  /** How long a password is good for that somebody got by the browser. */
  @Setting(duration(60_000))
  readonly lifetime: number = 12 * 3_600_000;
}
