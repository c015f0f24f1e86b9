import { execFile } from 'node:child_process';
import { scrypt } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Credentials, Policy, type Principal } from '#libs/access';
import { Accounts, passwordOf } from './support/accounts.js';
import { liveHeap } from './support/garbage.js';
import { type Registry, startRegistry } from './support/registry.js';
import { postForm } from './support/token-client.js';
import { Wire } from './support/wire.js';

const MIB = 1024 ** 2;
/** Milliseconds that all but one in a hundred requests take at most. A store takes its part of the machine besides. */
const LONGEST = process.env.STOWAGE_TEST_STORE ? 2_000 : 1_000;
const SECRET = 'correct-horse-battery-staple';
const basic = (user: string, password: string) => `Basic ${btoa(`${user}:${password}`)}`;

/** Takes as long as any check of a password does, whether there is such a user or not. */
class SlowAccounts extends Accounts {
  override async authenticate(credentials: Credentials): Promise<Principal | null> {
    await promisify(scrypt)('password', 'salt', 64);
    return super.authenticate(credentials);
  }
}

describe('100,000 failed logins', () => {
  let registry: Registry;
  afterAll(() => registry.close());

  it('are refused within seconds, and hinder nobody else', async () => {
    const LOGINS = 100_000;
    const accounts = new SlowAccounts({ anna: [] });
    const input = { http: { trustedProxies: ['127.0.0.1'] }, log: { level: 'error' } } as const;
    registry = await startRegistry(input, { auth: { authenticators: [accounts] } });
    const headers = { Authorization: basic('anna', passwordOf('anna')) };
    const pull = async () => {
      const start = performance.now();
      const response = await fetch(`${registry.url}/v2/a/tags/list`, { headers });
      await response.arrayBuffer();
      return { status: response.status, time: performance.now() - start };
    };
    await pull();
    const memory = liveHeap();

    const flood = promisify(execFile)(process.execPath, [
      join(import.meta.dirname, 'fixtures/failed-logins.mjs'),
      new URL(registry.url).port,
      String(LOGINS),
      'anna',
    ]);
    let isOver = false;
    const over = flood.finally(() => {
      isOver = true;
    });
    const pulls: { status: number; time: number }[] = [];
    while (!isOver) pulls.push(await pull());
    const statuses: Record<string, number> = JSON.parse((await over).stdout);

    expect((statuses['401'] ?? 0) + (statuses['429'] ?? 0)).toBe(LOGINS);
    // Eight addresses: fifty names each, a few that were under way, and some as time goes by.
    expect(accounts.asked).toBeLessThan(1_000);
    expect(new Set(pulls.map(({ status }) => status))).toEqual(new Set([404]));
    expect(pulls.length).toBeGreaterThan(100);
    const times = pulls.map(({ time }) => time).sort((a, b) => a - b);
    expect(times[Math.floor(times.length * 0.99)]).toBeLessThan(LONGEST);
    expect(liveHeap() - memory).toBeLessThan(50 * MIB);
  }, 120_000);
});

describe('somebody who guesses passwords', () => {
  let registry: Registry;
  let folder: string;
  let auditLog: string;
  const accounts = new Accounts({ anna: [], bert: [] });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stowage-attacks-'));
    auditLog = join(folder, 'audit.log');
    const input = { http: { trustedProxies: ['127.0.0.1'] }, auth: { auditLog } };
    registry = await startRegistry(input, { auth: { authenticators: [accounts] } });
  });
  afterAll(async () => {
    await registry.close();
    await rm(folder, { recursive: true });
  });

  const login = (user: string, password: string, from: string) =>
    registry.client().get('/v2/').auth(user, password).set('X-Forwarded-For', from);
  const guess = async (times: number, user: string, from: string) => {
    const statuses: number[] = [];
    for (let time = 0; time < times; time++) statuses.push((await login(user, `wrong-${time}`, from)).status);
    return statuses;
  };

  it('has to wait, also with the right password, from there and under that name only', async () => {
    expect(await guess(7, 'anna', '198.51.100.1')).toEqual([401, 401, 401, 401, 401, 429, 429]);
    const refused = await login('anna', passwordOf('anna'), '198.51.100.1');
    expect([refused.status, refused.headers['retry-after'], refused.body.errors]).toEqual([
      429,
      '1',
      [{ code: 'TOOMANYREQUESTS', message: 'too many failed logins; try again later' }],
    ]);
    await login('anna', passwordOf('anna'), '198.51.100.2').expect(200);
    await login('bert', passwordOf('bert'), '198.51.100.1').expect(200);
    // What was right a moment ago is no way to find out the password from elsewhere.
    await login('anna', passwordOf('anna'), '198.51.100.1').expect(429);
  });

  it('is told of in the audit log with each failure, and not with what was refused unseen', async () => {
    await guess(8, 'carl', '198.51.100.3');
    const entries: Record<string, unknown>[] = [];
    while (entries.length < 5) {
      const lines = (await readFile(auditLog, 'utf8')).trim().split('\n');
      entries.splice(0, entries.length, ...lines.map((line) => JSON.parse(line)).filter((e) => e.principal === 'carl'));
    }
    const reason = 'no authenticator vouches for the credentials';
    expect(entries.map((entry) => entry.reason)).toEqual([
      ...Array(4).fill(reason),
      `${reason}; the next may come in 1 s`,
    ]);
    expect(entries.at(-1)).toMatchObject({ action: 'login', outcome: 'failed', remoteAddress: '198.51.100.3' });
  });

  it('begins anew once the right one was found', async () => {
    for (let time = 0; time < 3; time++) {
      expect(await guess(4, 'anna', '198.51.100.4')).toEqual([401, 401, 401, 401]);
      await login('anna', passwordOf('anna'), '198.51.100.4').expect(200);
    }
  });

  it('under many names has to wait as well, but not those who had logged in from there', async () => {
    await login('bert', passwordOf('bert'), '198.51.100.5').expect(200);
    const statuses: number[] = [];
    for (let name = 0; name < 60; name++) {
      statuses.push((await login(`name-${name}`, 'wrong', '198.51.100.5')).status);
    }
    expect(statuses).toEqual([...Array(50).fill(401), ...Array(10).fill(429)]);
    await login('anna', passwordOf('anna'), '198.51.100.5').expect(429);
    await login('bert', passwordOf('bert'), '198.51.100.5').expect(200);
  });

  it('at once gets few more than one after the other', async () => {
    accounts.asked = 0;
    const all = await Promise.all(
      Array.from({ length: 100 }, (_, index) => login('dora', `wrong-${index}`, '198.51.100.6')),
    );
    expect(accounts.asked).toBeLessThan(10);
    expect(all.filter(({ status }) => status === 429).length).toBeGreaterThan(90);
  });

  it('cannot tell who has an account', async () => {
    const answers = async (user: string, from: string) => {
      const all: unknown[] = [];
      for (let time = 0; time < 6; time++) {
        const { status, headers, text } = await login(user, 'wrong', from);
        const { date, 'x-request-id': requestId, ...others } = headers;
        all.push({ status, text, others, names: Object.keys(headers), has: [typeof date, typeof requestId] });
      }
      return all;
    };
    expect(await answers('anna', '198.51.100.7')).toEqual(await answers('nobody', '198.51.100.8'));
  });
});

describe('somebody who guesses passwords at the token service', () => {
  it('has to wait as elsewhere', async () => {
    const registry = await startRegistry({ auth: { authenticators: ['key'] } });
    const form = { grant_type: 'password', service: 'stowage', username: 'anna' };
    const statuses: number[] = [];
    for (let time = 0; time < 2; time++) {
      statuses.push((await postForm(registry, { ...form, password: `wrong-${time}` })).status);
      statuses.push((await registry.client().get('/token').auth('anna', `wrong-get-${time}`)).status);
    }
    statuses.push((await registry.client().get('/v2/').auth('anna', 'wrong')).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401]);
    const refused = await postForm(registry, { ...form, password: 'wrong' });
    expect([refused.status, refused.body.errors[0].code]).toEqual([429, 'TOOMANYREQUESTS']);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    await registry.client().get('/token').auth('anna', 'wrong').expect(429);
    await registry.client().get('/token').expect(200);
    await registry.close();
  });
});

describe('headers', () => {
  let registry: Registry;
  let folder: string;
  let auditLog: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stowage-attacks-'));
    auditLog = join(folder, 'audit.log');
    const authorizer = Policy.parse({
      rules: [
        { name: 'public', effect: 'allow', anonymous: true, repositories: ['public/*'], actions: ['pull'] },
        { name: 'anna', effect: 'allow', principals: ['anna'] },
      ],
    });
    const authenticators = [new Accounts({ anna: [], bert: [] })];
    registry = await startRegistry(
      { auth: { auditLog }, limits: { loginFailures: 0 } },
      { auth: { authenticators, authorizer } },
    );
  });
  afterAll(async () => {
    await registry.close();
    await rm(folder, { recursive: true });
  });

  const ANNA = basic('anna', passwordOf('anna'));
  const BERT = basic('bert', passwordOf('bert'));

  async function statusOf(...lines: string[]): Promise<number> {
    const wire = await Wire.open(registry.url);
    const { status } = await wire.sendRaw(`${lines.join('\r\n')}\r\n\r\n`).answer();
    wire.close();
    return status;
  }
  const secret = (...headers: string[]) => statusOf('GET /v2/secret/a/tags/list HTTP/1.1', 'Host: x', ...headers);

  it('with two logins are those of the first', async () => {
    expect(await secret(`Authorization: ${ANNA}`)).toBe(404);
    expect(await secret(`Authorization: ${BERT}`, `Authorization: ${ANNA}`)).toBe(403);
    expect(await secret('Authorization: Basic !', `Authorization: ${ANNA}`)).toBe(401);
    expect(await secret(`Authorization: ${BERT}, ${ANNA}`)).toBe(401);
  });

  it.each([
    ['Remote-User: anna'],
    ['X-Remote-User: anna'],
    ['X-Forwarded-User: anna'],
    ['X-Forwarded-For: 127.0.0.1'],
    ['Forwarded: for=127.0.0.1'],
    [`Proxy-Authorization: ${ANNA}`],
    [`X-Authorization: ${ANNA}`],
    [`Cookie: Authorization=${ANNA}`],
    ['X-Forwarded-Client-Cert: Subject="CN=anna"'],
    ['X-SSL-Client-Verify: SUCCESS', 'X-SSL-Client-S-DN: CN=anna'],
  ])('log nobody in that only a proxy would set: %s', async (...headers) => {
    expect(await secret(...headers)).toBe(401);
  });

  it('lead to no other route, and to no other method', async () => {
    const image = await pushImageAs(registry, 'public/a');
    for (const name of ['X-Original-URL', 'X-Rewrite-URL', 'X-Original-URI']) {
      const path = `${name}: /v2/secret/a/tags/list`;
      expect(await statusOf('GET /v2/public/a/tags/list HTTP/1.1', 'Host: x', path)).toBe(200);
      expect(await secret(`${name}: /v2/public/a/tags/list`)).toBe(401);
    }
    for (const name of ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override', '_method']) {
      const target = `GET /v2/public/a/manifests/${image} HTTP/1.1`;
      expect(await statusOf(target, 'Host: x', `${name}: DELETE`)).toBe(200);
    }
    expect(await statusOf('DELETE /v2/public/a/manifests/latest?_method=GET HTTP/1.1', 'Host: x')).toBe(401);
  });

  it('that are folded, or end with a bare line feed, are no HTTP', async () => {
    expect(await secret(`Authorization:\r\n ${ANNA}`)).toBe(400);
    expect(await secret(`X: a\nAuthorization: ${ANNA}`)).toBe(400);
    expect(await secret(`X: a\n\nGET /v2/ HTTP/1.1`)).toBe(400);
    expect(await secret(`Authorization : ${ANNA}`)).toBe(400);
  });

  it('that are too large, or too many, are refused', async () => {
    expect(await secret(`X: ${'a'.repeat(65 * 1024)}`)).toBe(431);
    expect(await secret(`Authorization: Basic ${'a'.repeat(60 * 1024)}`)).toBe(401);
    expect(await secret(`Authorization: Bearer ${'a.'.repeat(30 * 1024)}`)).toBe(401);
    expect(await secret(...Array.from({ length: 800 }, (_, index) => `A${index}: b`))).toBe(401);
    expect(await secret(...Array(800).fill('A: b'), `Authorization: ${ANNA}`)).toBe(404);
    // Whatever the server would not look at, such as a login behind thousands of headers, is not left out without a word.
    for (const count of [2_100, 8_000, 20_000]) {
      expect(await secret(...Array(count).fill('A: b'), `Authorization: ${ANNA}`)).toBe(431);
    }
  });

  it('of hop-by-hop kind take no login away', async () => {
    expect(await secret('Connection: authorization', `Authorization: ${BERT}`)).toBe(403);
  });

  it('and targets never have their secrets logged', async () => {
    const before = registry.log.length;
    const login = basic('anna', SECRET);
    const encoded = login.slice('Basic '.length);
    expect(await secret(`Authorization: ${login}`)).toBe(401);
    expect(await secret(`Authorization: Bearer ${SECRET}`)).toBe(401);
    expect(await statusOf(`GET http://anna:${SECRET}@x/v2/secret/a/tags/list HTTP/1.1`, 'Host: x')).toBe(401);
    expect(await statusOf(`GET http://anna:${passwordOf('anna')}@x/v2/secret/a/tags/list HTTP/1.1`, 'Host: x')).toBe(
      401,
    );
    expect(await statusOf(`GET /v2/secret/a/tags/list?access_token=${SECRET} HTTP/1.1`, 'Host: x')).toBe(401);
    expect(await statusOf(`GET /token?account=anna&password=${SECRET} HTTP/1.1`, 'Host: x')).toBeLessThan(LONGEST);
    await postForm(registry, { grant_type: 'password', service: 'stowage', username: 'anna', password: SECRET });
    await postForm(registry, { grant_type: 'refresh_token', service: 'stowage', refresh_token: SECRET });
    await registry.client().get('/v2/').auth(SECRET, SECRET).set('Host', 'x').expect(401);
    const logged = () => registry.log.slice(before);
    while (logged().length < 9) await new Promise(setImmediate);
    const text = JSON.stringify(logged());
    const audit = (await readFile(auditLog, 'utf8'))
      .split('\n')
      .filter((line) => !line.includes(`"principal":"${SECRET}"`));
    for (const hidden of [SECRET, encoded, passwordOf('anna')]) {
      expect(text).not.toContain(hidden);
      expect(audit.join()).not.toContain(hidden);
    }
  });
});

/** The tag of an image that anna has pushed. */
async function pushImageAs(registry: Registry, name: string): Promise<string> {
  const client = () => registry.client();
  const content = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [],
  });
  await client()
    .put(`/v2/${name}/manifests/latest`)
    .auth('anna', passwordOf('anna'))
    .set('Content-Type', 'application/vnd.oci.image.index.v1+json')
    .send(content)
    .expect(201);
  return 'latest';
}
