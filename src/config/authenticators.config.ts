import { distinguishedName, ldapFilter, ldapUrls, optionalText, word } from './authenticator-rules.js';
import { Setting } from './setting.decorator.js';
import { boolean, duration, oneOf, optionalFile } from './setting-rules.js';

/** The users of the authenticator `htpasswd`. */
export class HtpasswdConfig {
  /** File of users and hashes of their passwords. */
  @Setting(optionalFile)
  readonly file: string | undefined = undefined;

  /** File of groups and their users. */
  @Setting(optionalFile)
  readonly groupsFile: string | undefined = undefined;
}

/** The directory of the authenticator `ldap`. Durations are in milliseconds. */
export class LdapConfig {
  /** Its servers, in the order in which they are tried. */
  @Setting(ldapUrls)
  readonly urls: readonly string[] = [];

  /** Whether connections to `ldap://` addresses change to TLS before anything is said. */
  @Setting(boolean)
  readonly startTls: boolean = false;

  /** File of the authorities, PEM, that vouch for the servers; those of Node if absent. */
  @Setting(optionalFile)
  readonly caFile: string | undefined = undefined;

  /** Whom to search as; nobody if absent. */
  @Setting(distinguishedName)
  readonly bindDn: string | undefined = undefined;

  @Setting(optionalText)
  readonly bindPassword: string | undefined = undefined;

  /** The entry below which users are. */
  @Setting(distinguishedName)
  readonly baseDn: string | undefined = undefined;

  /** Finds the entry of a user. */
  @Setting(ldapFilter('{user}'))
  readonly userFilter: string = '(uid={user})';

  /** The attribute that holds the name of a user. */
  @Setting(word)
  readonly userAttribute: string = 'uid';

  /** The entry below which groups are searched for; without it, `memberOf` of the user tells them. */
  @Setting(distinguishedName)
  readonly groupBaseDn: string | undefined = undefined;

  /** Finds the groups of a user. */
  @Setting(ldapFilter('{dn}', '{user}'))
  readonly groupFilter: string = '(member={dn})';

  /** The attribute that holds the name of a group. */
  @Setting(word)
  readonly groupAttribute: string = 'cn';

  /** How long an answer may take. */
  @Setting(duration(1))
  readonly timeout: number = 10_000;

  /** How long it may take to connect. */
  @Setting(duration(1))
  readonly connectTimeout: number = 5_000;
}

/** What the authenticator `certificate` reads in a certificate. */
export class CertificateConfig {
  /** What names the principal. */
  @Setting(oneOf('cn', 'email', 'dns', 'uri'))
  readonly name: 'cn' | 'email' | 'dns' | 'uri' = 'cn';

  /** What holds its groups. */
  @Setting(oneOf('ou', 'o', 'none'))
  readonly groups: 'ou' | 'o' | 'none' = 'ou';
}

/** Whose tokens the authenticator `oidc` takes. */
export class OidcConfig {
  /** File of the issuers, YAML or JSON. */
  @Setting(optionalFile)
  readonly issuers: string | undefined = undefined;
}
