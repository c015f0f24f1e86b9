import { Type } from 'class-transformer';
import { ValidateNested } from 'class-validator';
import { CertificateConfig, HtpasswdConfig, LdapConfig, OidcConfig } from './authenticators.config.js';
import { LoginConfig } from './login.config.js';
import { Setting } from './setting.decorator.js';
import { authenticatorNames, boolean, names, optionalFile, plainText } from './setting-rules.js';
import { TokenConfig, TokensConfig } from './token.config.js';

/** The authenticators that there are; `none` is that there is no login. */
export const AUTHENTICATOR_NAMES = [
  'none',
  'htpasswd',
  'ldap',
  'oidc',
  'certificate',
  'key',
  'token',
  'login',
] as const;

export type AuthenticatorName = (typeof AUTHENTICATOR_NAMES)[number];

/** Who is let in, and what they may do. */
export class AuthConfig {
  /** Who is asked whose credentials these are, in this order; `none` stands alone and lets everybody do everything. */
  @Setting(authenticatorNames(AUTHENTICATOR_NAMES))
  readonly authenticators: readonly AuthenticatorName[] = ['none'];

  /** Whether `none` may serve others than this machine. */
  @Setting(boolean)
  readonly allowOpenNetwork: boolean = false;

  /** What clients show when they ask for a password. */
  @Setting(plainText)
  readonly realm: string = 'Stowage';

  /** File of the policy, YAML or JSON. */
  @Setting(optionalFile)
  readonly policy: string | undefined = undefined;

  /** Names of those who may delete and administer where there is no policy. */
  @Setting(names)
  readonly administrators: readonly string[] = [];

  /** File that the audit log is appended to; there is none without it. */
  @Setting(optionalFile)
  readonly auditLog: string | undefined = undefined;

  /** Whether the audit log also tells of the pulls that were allowed. */
  @Setting(boolean)
  readonly auditPulls: boolean = false;

  @Type(() => HtpasswdConfig)
  @ValidateNested()
  readonly htpasswd: HtpasswdConfig = new HtpasswdConfig();

  @Type(() => LdapConfig)
  @ValidateNested()
  readonly ldap: LdapConfig = new LdapConfig();

  @Type(() => OidcConfig)
  @ValidateNested()
  readonly oidc: OidcConfig = new OidcConfig();

  @Type(() => CertificateConfig)
  @ValidateNested()
  readonly certificate: CertificateConfig = new CertificateConfig();

  @Type(() => TokensConfig)
  @ValidateNested()
  readonly tokens: TokensConfig = new TokensConfig();

  @Type(() => TokenConfig)
  @ValidateNested()
  readonly token: TokenConfig = new TokenConfig();

  @Type(() => LoginConfig)
  @ValidateNested()
  readonly login: LoginConfig = new LoginConfig();
}
