import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Authenticator } from '#libs/access';
import { type LdapOptions, openLdap } from '#libs/auth-ldap';
import { Authority } from '../support/authority.js';
import { BASE, ROOT_DN, ROOT_PASSWORD, Slapd } from './slapd.js';

const PEOPLE = `ou=people,${BASE}`;
const GROUPS = `ou=groups,${BASE}`;

function person(uid: string, password: string | null, more = ''): string {
  const secret = password === null ? '' : `userPassword: ${password}\n`;
  return `dn: uid=${uid},${PEOPLE}\nobjectClass: inetOrgPerson\nuid: ${uid}\ncn: ${uid}\nsn: ${uid}\n${secret}${more}\n`;
}

const ENTRIES = `dn: ${BASE}
objectClass: dcObject
objectClass: organization
o: Example
dc: example

dn: ${PEOPLE}
objectClass: organizationalUnit
ou: people

dn: ${GROUPS}
objectClass: organizationalUnit
ou: groups

${person('alice', 'correct horse')}
${person('bob', 'battery staple', 'employeeType: twin\n')}
${person('carol', 'c', 'employeeType: twin\n')}
${person('dora', null)}
${person('x*(y)', 'odd')}
${person('josé', 'käse')}
dn: cn=Émile \\, the first,${PEOPLE}
objectClass: inetOrgPerson
uid: emile
cn: Émile , the first
sn: E
userPassword: emile

dn: cn=admins,${GROUPS}
objectClass: groupOfNames
cn: admins
member: uid=alice,${PEOPLE}
member: cn=Émile \\, the first,${PEOPLE}

dn: cn=staff,${GROUPS}
objectClass: groupOfNames
cn: staff
member: uid=alice,${PEOPLE}
member: uid=bob,${PEOPLE}
`;

describe('LDAP', () => {
  let folder: string;
  let authority: Authority;
  let slapd: Slapd;
  let opened: Authenticator[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stowage-ldap-'));
    authority = await Authority.create(join(folder, 'ca'));
    const tls = {
      ...(await authority.issue('directory', { names: 'IP:127.0.0.1' })),
      authority: authority.certificate,
    };
    slapd = await Slapd.start(folder, { entries: ENTRIES, tls });
  });
  afterEach(async () => {
    for (const authenticator of opened) await authenticator.close();
    opened = [];
  });
  afterAll(async () => {
    await slapd.stop();
    await rm(folder, { recursive: true });
  });

  async function open(options: Partial<LdapOptions> = {}): Promise<Authenticator> {
    const authenticator = await openLdap({
      urls: [slapd.url],
      startTls: false,
      bindDn: ROOT_DN,
      bindPassword: ROOT_PASSWORD,
      baseDn: PEOPLE,
      userFilter: '(uid={user})',
      userAttribute: 'uid',
      groupFilter: '(member={dn})',
      groupAttribute: 'cn',
      timeout: 2_000,
      connectTimeout: 2_000,
      ...options,
    });
    opened.push(authenticator);
    return authenticator;
  }

  const login = (authenticator: Authenticator, user: string, password: string) =>
    authenticator.authenticate({ kind: 'password', user, password });

  const unavailable = (login: Promise<unknown>) =>
    expect(login).rejects.toMatchObject({ name: 'AuthenticatorUnavailableError', authenticator: 'ldap' });

  it('vouches for a user with the right password', async () => {
    const ldap = await open();
    expect(await login(ldap, 'bob', 'battery staple')).toEqual({
      name: 'bob',
      isAnonymous: false,
      groups: [`cn=staff,${GROUPS}`],
      claims: { dn: `uid=bob,${PEOPLE}` },
      authenticator: 'ldap',
    });
    expect(await login(ldap, 'josé', 'käse')).toMatchObject({ name: 'josé' });
    expect(await login(ldap, 'x*(y)', 'odd')).toMatchObject({ name: 'x*(y)' });
  });

  it('gives the name as the directory writes it', async () => {
    expect(await login(await open(), 'ALICE', 'correct horse')).toMatchObject({ name: 'alice' });
  });

  it.each([
    ['a wrong password', 'alice', 'wrong'],
    ['no password, which the directory takes for nobody', 'alice', ''],
    ['no name', '', 'correct horse'],
    ['a user who is not there', 'zoe', 'correct horse'],
    ['a user without a password', 'dora', 'x'],
    ['a pattern that finds her', 'ali*', 'correct horse'],
    ['a pattern that finds all', '*', 'correct horse'],
    ['a filter', 'zoe)(uid=alice', 'correct horse'],
    ['a filter that is closed', '*)(objectClass=*))(|(uid=*', 'correct horse'],
    ['a byte of zero', 'alice\0', 'correct horse'],
    ['a backslash', 'alic\\65', 'correct horse'],
    ['a placeholder', '{user}', 'correct horse'],
  ])('does not vouch for %s', async (_case, user, password) => {
    expect(await login(await open(), user, password)).toBeNull();
  });

  it('vouches for nobody where two entries are found', async () => {
    const ldap = await open({ userFilter: '(&(employeeType={user})(objectClass=person))' });
    expect(await login(ldap, 'twin', 'battery staple')).toBeNull();
  });

  it('vouches for nobody whose entry has no name', async () => {
    expect(await login(await open({ userAttribute: 'mail' }), 'alice', 'correct horse')).toBeNull();
  });

  it('gives the groups that are found', async () => {
    const ldap = await open({ groupBaseDn: GROUPS });
    expect((await login(ldap, 'alice', 'correct horse'))?.groups).toEqual(['admins', 'staff']);
    expect((await login(ldap, 'bob', 'battery staple'))?.groups).toEqual(['staff']);
    expect((await login(ldap, 'emile', 'emile'))?.groups).toEqual(['admins']);
    expect((await login(ldap, 'carol', 'c'))?.groups).toEqual([]);
  });

  it('gives the groups that the entry tells, by their distinguished names', async () => {
    const ldap = await open();
    expect((await login(ldap, 'alice', 'correct horse'))?.groups).toEqual([
      `cn=admins,${GROUPS}`,
      `cn=staff,${GROUPS}`,
    ]);
    expect((await login(ldap, 'bob', 'battery staple'))?.groups).toEqual([`cn=staff,${GROUPS}`]);
  });

  it('searches as nobody where no name is given for it', async () => {
    const ldap = await open({ bindDn: undefined, bindPassword: undefined });
    expect(await login(ldap, 'alice', 'correct horse')).toMatchObject({ name: 'alice' });
  });

  it.each([
    ['ldaps', () => ({ urls: [slapd.secureUrl], caFile: authority.certificate })],
    ['StartTLS', () => ({ startTls: true, caFile: authority.certificate })],
  ])('speaks %s', async (_case, options) => {
    const ldap = await open(options());
    expect(await login(ldap, 'alice', 'correct horse')).toMatchObject({ name: 'alice' });
    expect(await login(ldap, 'alice', 'wrong')).toBeNull();
  });

  it.each([
    ['ldaps', () => ({ urls: [slapd.secureUrl] })],
    ['StartTLS', () => ({ startTls: true })],
    ['ldaps to another name', () => ({ urls: [named(slapd.secureUrl)], caFile: authority.certificate })],
    ['StartTLS to another name', () => ({ urls: [named(slapd.url)], startTls: true, caFile: authority.certificate })],
  ])('is not available by %s without the right certificate', async (_case, options) => {
    await unavailable(login(await open(options()), 'alice', 'correct horse'));
  });

  it.each([
    ['the password of the search is wrong', { bindPassword: 'wrong' }],
    ['there is nothing to search', { baseDn: 'dc=elsewhere' }],
    ['nobody listens', { urls: ['ldap://127.0.0.1:1'] }],
  ])('is not available where %s, whoever asks', async (_case, options) => {
    const ldap = await open(options);
    await unavailable(login(ldap, 'alice', 'correct horse'));
    await unavailable(login(ldap, 'zoe', 'wrong'));
  });

  it('is not available while the directory is gone, and comes back with it', async () => {
    const ldap = await open();
    expect(await login(ldap, 'alice', 'correct horse')).not.toBeNull();
    await slapd.stop();
    await unavailable(login(ldap, 'alice', 'correct horse'));
    await slapd.start();
    expect(await login(ldap, 'alice', 'correct horse')).not.toBeNull();
    await slapd.stop();
    await slapd.start();
    const logins = Array.from({ length: 40 }, () => login(ldap, 'alice', 'correct horse'));
    expect((await Promise.all(logins)).map((principal) => principal?.name)).toEqual(Array(40).fill('alice'));
  });

  it('is not available while the directory does not answer', async () => {
    const ldap = await open({ timeout: 300, connectTimeout: 300 });
    expect(await login(ldap, 'alice', 'correct horse')).not.toBeNull();
    slapd.pause();
    try {
      await unavailable(login(ldap, 'alice', 'correct horse'));
      await unavailable(login(await open({ startTls: true, timeout: 300, connectTimeout: 300 }), 'alice', 'x'));
    } finally {
      slapd.resume();
    }
    expect(await login(ldap, 'alice', 'correct horse')).not.toBeNull();
  });

  it('goes to the next server where one is gone', async () => {
    const ldap = await open({ urls: ['ldap://127.0.0.1:1', slapd.url] });
    expect(await login(ldap, 'alice', 'correct horse')).not.toBeNull();
  });

  it('never sends a password without TLS to a server that refuses it', async () => {
    const received: Buffer[] = [];
    const server = createServer((socket) => {
      socket.on('data', (bytes: Buffer) => {
        received.push(bytes);
        // Refuses the first request, whatever it is: an extendedResp of protocolError.
        socket.write(Buffer.from('300c02010178070a010204000400', 'hex'));
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const ldap = await open({ urls: [`ldap://127.0.0.1:${port}`], startTls: true, timeout: 300 });
    await unavailable(login(ldap, 'alice', 'secret'));
    server.close();
    expect(received.length).toBeGreaterThan(0);
    expect(Buffer.concat(received).toString('latin1')).not.toMatch(/secret|of the root/);
  });

  it.each([
    ['(uid={user}', '(member={dn})'],
    ['(uid={user})', 'member'],
  ])('does not open with the filters %s and %s', async (userFilter, groupFilter) => {
    await expect(open({ userFilter, groupFilter })).rejects.toThrow();
  });
});

function named(url: string): string {
  return url.replace('127.0.0.1', 'localhost');
}
