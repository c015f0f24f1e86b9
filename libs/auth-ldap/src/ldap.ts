import { randomUUID } from 'node:crypto';
import type { Entry } from 'ldapts';
import {
  Authenticator,
  AuthenticatorUnavailableError,
  type Credentials,
  type Principal,
  VerificationQueue,
} from '#libs/access';
import { Directory } from './directory.js';
import { checkFilter, fillFilter } from './filter.js';
import type { LdapOptions } from './ldap-options.js';

const NAME = 'ldap';

/** Each has a connection of its own for a moment. */
const AT_ONCE = 16;

/**
 * Finds users in a directory and binds as them to see whether their passwords are right. Rejects where a filter or the
 * file of authorities is wrong; a directory that does not answer yet is no reason.
 */
export async function openLdap(options: LdapOptions): Promise<Authenticator> {
  checkFilter(options.userFilter, 'user');
  checkFilter(options.groupFilter, 'user', 'dn');
  return new Ldap(options, new Directory(options));
}

class Ldap extends Authenticator {
  override readonly name = NAME;
  override readonly kinds = ['password'] as const;
  private readonly queue = new VerificationQueue(AT_ONCE);

  constructor(
    private readonly options: LdapOptions,
    private readonly directory: Directory,
  ) {
    super();
  }

  override async authenticate(credentials: Credentials): Promise<Principal | null> {
    if (credentials.kind !== 'password') return null;
    const { user, password } = credentials;
    // A directory says yes to an empty password, whoever it is for (RFC 4513, section 5.1.2).
    if (user === '' || password === '') return null;
    if (this.queue.isFull) throw new AuthenticatorUnavailableError(NAME);
    try {
      return await this.queue.run(() => this.find(user, password));
    } catch (cause) {
      throw new AuthenticatorUnavailableError(NAME, { cause });
    }
  }

  override async close(): Promise<void> {
    await this.directory.close();
  }

  private async find(user: string, password: string): Promise<Principal | null> {
    const { baseDn, userFilter, userAttribute } = this.options;
    const entries = await this.directory.search(baseDn, {
      filter: fillFilter(userFilter, { user }),
      attributes: [userAttribute, 'memberOf'],
      sizeLimit: 2,
    });
    const [entry] = entries;
    const name = entry && entries.length === 1 ? nameIn(entry, userAttribute, user) : undefined;
    if (!entry || name === undefined) {
      // As many steps as for a user who is there.
      await this.directory.verify(`cn=${randomUUID()},${baseDn}`, randomUUID());
      return null;
    }
    if (!(await this.directory.verify(entry.dn, password))) return null;
    const groups = await this.groupsOf(entry, name);
    return { name, isAnonymous: false, groups, claims: { dn: entry.dn }, authenticator: NAME };
  }

  private async groupsOf(entry: Entry, user: string): Promise<readonly string[]> {
    const { groupBaseDn, groupFilter, groupAttribute } = this.options;
    if (groupBaseDn === undefined) return valuesOf(entry, 'memberOf');
    const filter = fillFilter(groupFilter, { dn: entry.dn, user });
    const groups = await this.directory.search(groupBaseDn, { filter, attributes: [groupAttribute], paged: true });
    return groups.flatMap((group) => valuesOf(group, groupAttribute).slice(0, 1));
  }
}

/** The name as the directory writes it, which takes `ALICE` for `alice`; of several, the one that was meant. */
function nameIn(entry: Entry, attribute: string, user: string): string | undefined {
  const names = valuesOf(entry, attribute);
  if (names.length === 1) return names[0];
  return names.find((name) => name.toLowerCase() === user.toLowerCase());
}

/** The values of an attribute, whose name a directory may write in any case. */
function valuesOf(entry: Entry, attribute: string): string[] {
  const name = Object.keys(entry).find((key) => key.toLowerCase() === attribute.toLowerCase());
  const values = name === undefined ? [] : [entry[name] ?? []].flat();
  return values.map(String);
}
