/** Where the directory is, and how users are found in it. Durations are in milliseconds. */
export interface LdapOptions {
  /** `ldap://host:389` or `ldaps://host:636`, in the order in which they are tried. */
  readonly urls: readonly string[];
  /** Whether connections to an `ldap://` address change to TLS before anything is said. */
  readonly startTls: boolean;
  /** File of the authorities, PEM, that vouch for the directory; those of Node when absent. */
  readonly caFile?: string | undefined;
  /** Whom to search as; nobody when absent. */
  readonly bindDn?: string | undefined;
  readonly bindPassword?: string | undefined;
  /** The entry below which users are. */
  readonly baseDn: string;
  /** Must find one entry; `{user}` stands for the name. Such as `(uid={user})`. */
  readonly userFilter: string;
  /** The attribute that holds the name as policies know it, such as `uid`. */
  readonly userAttribute: string;
  /** The entry below which groups are searched for; without it, `memberOf` of the user tells their distinguished names. */
  readonly groupBaseDn?: string | undefined;
  /** `{dn}` stands for the user's entry and `{user}` for the name. Such as `(member={dn})`. */
  readonly groupFilter: string;
  /** The attribute that holds the name of a group, such as `cn`. */
  readonly groupAttribute: string;
  /** How long an answer may take. */
  readonly timeout: number;
  readonly connectTimeout: number;
}
