import { Setting } from './setting.decorator.js';
import { boolean, optionalFile } from './setting-rules.js';
import { algorithms, period, serviceName, serviceUrl } from './token-rules.js';

/** The token service of the registry itself. Durations are in milliseconds. */
export class TokensConfig {
  /** Whether there is one, where anybody can log in. */
  @Setting(boolean)
  readonly enabled: boolean = true;

  /** What the service and its tokens call the registry. */
  @Setting(serviceName)
  readonly service: string = 'stowage';

  /** How long an access token is good for. */
  @Setting(period(60_000))
  readonly lifetime: number = 300_000;

  /** How long a refresh token is good for. */
  @Setting(period(60_000))
  readonly refreshLifetime: number = 720 * 3_600_000;

  /** How long a key signs tokens. */
  @Setting(period(2 * 3_600_000))
  readonly rotation: number = 720 * 3_600_000;
}

/** The token service of others, whose tokens the authenticator `token` takes. */
export class TokenConfig {
  /** Where clients get tokens. */
  @Setting(serviceUrl)
  readonly realm: string | undefined = undefined;

  /** What the service calls the registry. */
  @Setting(serviceName)
  readonly service: string | undefined = undefined;

  /** What the service calls itself. */
  @Setting(serviceName)
  readonly issuer: string | undefined = undefined;

  /** Where the service publishes its keys, as a JSON Web Key Set. */
  @Setting(serviceUrl)
  readonly jwksUrl: string | undefined = undefined;

  /** File of a JSON Web Key Set. */
  @Setting(optionalFile)
  readonly jwksFile: string | undefined = undefined;

  /** File of certificates, PEM: of the keys, or of authorities for those that come with tokens. */
  @Setting(optionalFile)
  readonly certificateBundle: string | undefined = undefined;

  /** The signature algorithms that are taken; all asymmetric ones if empty. */
  @Setting(algorithms)
  readonly algorithms: readonly string[] = [];
}
