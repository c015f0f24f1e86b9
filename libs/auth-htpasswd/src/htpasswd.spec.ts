import { appendFile, mkdtemp, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { hash as argon2 } from '@node-rs/argon2';
import { hash as bcrypt } from '@node-rs/bcrypt';
import type { Authenticator, Principal } from '#libs/access';
import { openHtpasswd } from './index.js';

/** Of Apache's `htpasswd -nbB`: "correct horse", and "käse" in UTF-8. */
const ALICE = 'alice:$2y$05$5l1ZKZgqe3iTaZAgeMwxfONQNRUyURPx1Tvk1uyh0l5CACwmx0J0G';
const BOB = 'bob:$2y$04$jRZFZZp0gh05T0BG3Cur5u/miX9.dL9hF8Eqwi85hfXKLSyus/eMW';
/** Of Apache's `htpasswd -nb`: MD5. */
const MD5 = '$apr1$WYCtpep2$AA8StURi80hEC7.x/Gknm/';

describe('htpasswd', () => {
  let folder: string;
  let file: string;
  let problems: Error[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stowage-htpasswd-'));
    file = join(folder, 'users');
    problems = [];
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function open(users: string, groups?: string): Promise<Authenticator> {
    await writeFile(file, users);
    const groupsFile = groups === undefined ? undefined : join(folder, 'groups');
    if (groupsFile !== undefined) await writeFile(groupsFile, groups ?? '');
    return openHtpasswd({ file, groupsFile, onProblem: (problem) => problems.push(problem) });
  }

  const login = (authenticator: Authenticator, user: string, password: string) =>
    authenticator.authenticate({ kind: 'password', user, password });

  /** Logs in until the answer is one that `isExpected`: a change of the file is seen within a second. */
  async function loginUntil(
    isExpected: (principal: Principal | null) => boolean,
    ...[authenticator, user, password]: Parameters<typeof login>
  ): Promise<void> {
    while (!isExpected(await login(authenticator, user, password))) await setTimeout(50);
  }

  it('vouches for users of Apache with the right password only', async () => {
    const users = await open(`# people\n\n${ALICE}\r\n  ${BOB}\n`);
    expect(await login(users, 'alice', 'correct horse')).toEqual({
      name: 'alice',
      isAnonymous: false,
      groups: [],
      claims: {},
      authenticator: 'htpasswd',
    });
    expect(await login(users, 'bob', 'käse')).toMatchObject({ name: 'bob' });
    for (const [user, password] of [
      ['alice', 'käse'],
      ['alice', ''],
      ['alice', 'Correct horse'],
      ['Alice', 'correct horse'],
      ['', 'correct horse'],
      ['carol', 'correct horse'],
      ['carol', 'käse'],
      ['__proto__', ''],
    ] as const) {
      expect(await login(users, user, password)).toBeNull();
    }
  });

  it.each(['2a', '2b', '2y'] as const)('takes bcrypt as $%s$', async (version) => {
    const users = await open(`dora:${await bcrypt('secret', { cost: 4, version })}`);
    expect(await login(users, 'dora', 'secret')).toMatchObject({ name: 'dora' });
    expect(await login(users, 'dora', 'secrets')).toBeNull();
  });

  it('takes Argon2id', async () => {
    const users = await open(`dora:${await argon2('secret', { memoryCost: 1024, timeCost: 1 })}\n${ALICE}`);
    expect(await login(users, 'dora', 'secret')).toMatchObject({ name: 'dora' });
    expect(await login(users, 'dora', 'secrets')).toBeNull();
    expect(await login(users, 'alice', 'correct horse')).toMatchObject({ name: 'alice' });
  });

  it('vouches for nobody where there are no users', async () => {
    expect(await login(await open('# nobody\n'), 'alice', '')).toBeNull();
  });

  it('looks at passwords only', async () => {
    const users = await open(ALICE);
    expect(users.kinds).toEqual(['password']);
    expect(await users.authenticate({ kind: 'token', token: 'correct horse' })).toBeNull();
  });

  it.each([
    ['MD5', `carol:${MD5}`],
    ['SHA-1', 'carol:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g='],
    ['a plain password', 'carol:hunter2'],
    ['Argon2i', `carol:$argon2i$v=19$m=1024,t=1,p=1$c2FsdHNhbHQ$${'A'.repeat(43)}`],
    ['Argon2id that is cut off', 'carol:$argon2id$v=19$m=1024'],
    ['bcrypt that is cut off', ALICE.slice(0, -1)],
    ['bcrypt with a cost that does not exist', ALICE.replace('$05$', '$32$')],
    ['something behind the hash', `${ALICE}:more`],
    ['no hash', 'carol:'],
    ['no colon', 'carol'],
    ['no name', ALICE.slice('alice'.length)],
    ['a user for the second time', BOB.replace('$04$', '$05$')],
  ])('refuses to start with %s, and names the line without showing it', async (_case, line) => {
    const error = await open(`# people\n${BOB}\n${line}\n`).then(
      () => null,
      (reason) => reason,
    );
    expect(error).toMatchObject({ name: 'InvalidFileError', file, line: 3 });
    expect(error.message).toContain(`${file}:3: `);
    expect(error.message).not.toMatch(/hunter2|AAAA|WYCtpep2|5l1ZKZ|W6ph5/);
  });

  it('refuses to start without its file', async () => {
    await expect(openHtpasswd({ file })).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('gives the groups of the groups file', async () => {
    const users = await open(
      `${ALICE}\n${BOB}`,
      '# groups\nadmins: alice\nstaff: alice bob  alice\nadmins: alice\nempty:',
    );
    expect((await login(users, 'alice', 'correct horse'))?.groups).toEqual(['admins', 'staff']);
    expect((await login(users, 'bob', 'käse'))?.groups).toEqual(['staff']);
    await expect(open(ALICE, 'admins: alice\nno colon')).rejects.toMatchObject({ line: 2 });
  });

  it('sees a file that was replaced, within a second', async () => {
    const users = await open(ALICE);
    await writeFile(`${file}.new`, BOB);
    await rename(`${file}.new`, file);
    await loginUntil((principal) => principal !== null, users, 'bob', 'käse');
    expect(await login(users, 'alice', 'correct horse')).toBeNull();
  });

  it('sees each of several changes in place, groups too', async () => {
    const users = await open(ALICE, 'staff: alice');
    await appendFile(file, `\n${BOB}`);
    await loginUntil((principal) => principal !== null, users, 'bob', 'käse');
    await writeFile(join(folder, 'groups'), 'owner: alice');
    await loginUntil((principal) => principal?.groups[0] === 'owner', users, 'alice', 'correct horse');
    await writeFile(file, BOB);
    await loginUntil((principal) => principal === null, users, 'alice', 'correct horse');
  });

  it('keeps its users while the file is wrong or gone, and tells each problem once', async () => {
    const users = await open(ALICE);
    const isTold = async (count: number) => {
      while (problems.length < count) {
        expect(await login(users, 'alice', 'correct horse')).not.toBeNull();
        await setTimeout(50);
      }
    };
    await writeFile(file, `${ALICE}\nbob:hunter2`);
    await isTold(1);
    await unlink(file);
    await isTold(2);
    await writeFile(file, BOB);
    await loginUntil((principal) => principal !== null, users, 'bob', 'käse');
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringMatching(/:2: the password must be hashed/),
      expect.stringContaining('ENOENT'),
    ]);
    expect(problems[0]?.message).not.toContain('hunter2');
  });

  it('lets a flood of logins wait, and refuses what would wait too long as unavailable', async () => {
    const users = await open(ALICE);
    const logins = Array.from({ length: 1_200 }, () => login(users, 'alice', 'wrong'));
    const results = await Promise.allSettled(logins);
    const refused = results.filter(({ status }) => status === 'rejected');
    expect(refused.length).toBeGreaterThan(100);
    expect(refused.length).toBeLessThan(200);
    for (const result of refused) expect(result).toMatchObject({ reason: { name: 'AuthenticatorUnavailableError' } });
    expect(await login(users, 'alice', 'correct horse')).not.toBeNull();
  });

  it('takes as long for a user who is not there', async () => {
    const users = await open(`dora:${await bcrypt('secret', { cost: 9 })}`);
    const timeOf = async (user: string) => {
      const start = performance.now();
      for (let number = 0; number < 5; number++) await login(users, user, 'wrong');
      return performance.now() - start;
    };
    await timeOf('dora');
    // Hashing takes tens of milliseconds, all else less than one.
    const [known, unknown] = [await timeOf('dora'), await timeOf('nobody')];
    expect(unknown / known).toBeGreaterThan(0.3);
    expect(unknown / known).toBeLessThan(3);
  });
});
