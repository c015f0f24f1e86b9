import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { RegistryConfigInput } from '../src/config/index.js';
import { CLIENT, IdentityProviderServer } from './support/identity-provider.js';
import { type Registry, startRegistry } from './support/registry.js';

const PUBLIC_URL = 'https://registry.example';
const MARKUP = '<script>alert("1")</script>&';

type LoginInput = NonNullable<NonNullable<RegistryConfigInput['auth']>['login']>;

/** What a browser holds between two pages. */
interface Started {
  readonly url: string;
  readonly cookie: string;
}

describe('login by the browser', () => {
  let root: string;
  let provider: IdentityProviderServer;
  let registry: Registry;
  let other: Registry;

  beforeAll(async () => {
    // It warns that its keys and its pages are those for development.
    jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    root = await mkdtemp(join(tmpdir(), 'stowage-login-'));
    provider = await IdentityProviderServer.start(`${PUBLIC_URL}/auth/callback`, (name) => ({
      preferred_username: name === 'markup' ? MARKUP : name,
      groups: name === 'alice' ? ['staff', 'builders'] : [],
      email: `${name}@example.org`,
      email_verified: name === 'alice',
    }));
    registry = await start({ groupsClaim: 'groups', usernameClaim: 'preferred_username' });
    other = await start({ usernameClaim: 'email', prefix: 'sso:' });
  });
  afterAll(async () => {
    await Promise.all([registry.close(), other.close(), provider.stop()]);
    await rm(root, { recursive: true });
  });

  function start(login: LoginInput): Promise<Registry> {
    return startRegistry({
      http: { publicUrl: PUBLIC_URL },
      auth: {
        authenticators: ['login'],
        login: { issuer: provider.issuer, clientId: CLIENT.id, clientSecret: CLIENT.secret, ...login },
      },
      storage: { driver: 'filesystem', filesystem: { root } },
    });
  }

  async function begin(at: Registry = registry): Promise<Started> {
    const { headers } = await at.client().get('/auth/login').expect(303);
    const [cookie = ''] = headers['set-cookie'] ?? [];
    return { url: String(headers.location), cookie };
  }

  const comeBack = (place: URL, cookie: string, at: Registry = registry) =>
    at
      .client()
      .get(place.pathname + place.search)
      .set('Cookie', cookie.split(';')[0] ?? '');

  async function passwordOf(name: string, at: Registry = registry): Promise<string> {
    const { url, cookie } = await begin(at);
    const { text } = await comeBack(await provider.logIn(url, name), cookie, at).expect(200);
    return /stowlogin_[\w-]+/.exec(text)?.[0] ?? '';
  }

  it('sends the browser to the provider, with all that protects the way back', async () => {
    const { url, cookie } = await begin();
    const query = Object.fromEntries(new URL(url).searchParams);
    expect(query).toMatchObject({
      client_id: CLIENT.id,
      redirect_uri: `${PUBLIC_URL}/auth/callback`,
      response_type: 'code',
      code_challenge_method: 'S256',
      scope: 'openid profile email',
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
    });
    expect(cookie).toMatch(/; Max-Age=600; Path=\/auth; Expires=[^;]+; HttpOnly; Secure; SameSite=Lax$/);
    for (const secret of [query.state, query.nonce]) expect(cookie).not.toContain(secret);
  });

  it('shows a password that clients can log in with, once', async () => {
    const { url, cookie } = await begin();
    const place = await provider.logIn(url, 'alice');
    const { text, headers } = await comeBack(place, cookie).expect(200);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy': expect.stringMatching(/^default-src 'none';/),
      'content-type': 'text/html; charset=utf-8',
      'referrer-policy': 'no-referrer',
    });
    expect(headers['set-cookie']?.[0]).toMatch(/^stowage_login=; Path=\/auth; Expires=Thu, 01 Jan 1970/);
    expect(text).toContain('docker login --username alice registry.example');
    const password = /stowlogin_[\w-]+/.exec(text)?.[0] ?? '';
    await registry.client().get('/v2/').auth('alice', password).expect(200);
    await registry
      .client()
      .get('/v2/')
      .auth('alice', `${password.slice(0, -1)}_`)
      .expect(401);
    await registry.client().get('/v2/').auth('alice', '').expect(401);
    // The code was used.
    await comeBack(place, cookie).expect(403);
  });

  it('keeps no password in the storage, and its key for all servers on it', async () => {
    const password = await passwordOf('alice');
    const files = await readdir(join(root, 'docker/registry/stowage/auth'), { recursive: true, withFileTypes: true });
    const contents = await Promise.all(
      files.filter((file) => file.isFile()).map((file) => readFile(join(file.parentPath, file.name), 'latin1')),
    );
    expect(contents.length).toBeGreaterThan(1);
    expect(
      files
        .map(({ name }) => name)
        .concat(contents)
        .join(),
    ).not.toContain(password.slice(-43));
    await other.client().get('/v2/').auth('whoever', password).expect(200);
  });

  it('may end at another server than it began', async () => {
    const twin = await start({ groupsClaim: 'groups', usernameClaim: 'preferred_username' });
    const { url, cookie } = await begin();
    await comeBack(await provider.logIn(url, 'alice'), cookie, twin).expect(200);
    await twin.close();
  });

  it('shows a name as text, whatever it is', async () => {
    const { url, cookie } = await begin();
    const { text } = await comeBack(await provider.logIn(url, 'markup'), cookie).expect(200);
    expect(text).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;');
    expect(text).not.toContain('<script');
    expect(text).toContain('--username login ');
  });

  it('takes an address as the name only where the provider has verified it', async () => {
    const password = await passwordOf('alice', other);
    await other.client().get('/v2/').auth('login', password).expect(200);
    const { url, cookie } = await begin(other);
    const { text } = await comeBack(await provider.logIn(url, 'bob'), cookie, other).expect(403);
    expect(text).toContain('has not verified the address');
  });

  it.each<[string, (place: URL, cookie: string) => Promise<[URL, string]>]>([
    ['without its cookie', async (place) => [place, '']],
    ['with a cookie that was changed', async (place, cookie) => [place, cookie.replace(/.;/, '.;')]],
    ['with the cookie of another login', async (place) => [place, (await begin()).cookie]],
    ['with another state', async (place, cookie) => [changed(place, 'state', 'x'), cookie]],
    ['with another code', async (place, cookie) => [changed(place, 'code', 'x'), cookie]],
    ['of another issuer', async (place, cookie) => [changed(place, 'iss', 'https://evil.example'), cookie]],
    ['that was refused', async (place, cookie) => [refused(place), cookie]],
    ['with nothing', async (place, cookie) => [new URL(place.pathname, place), cookie]],
  ])('is refused when somebody comes back %s', async (_case, disturb) => {
    const { url, cookie } = await begin();
    const [place, shown] = await disturb(await provider.logIn(url, 'alice'), cookie);
    const { text, headers } = await comeBack(place, shown).expect(403);
    expect(headers['cache-control']).toBe('no-store');
    expect(text).toContain('href="/auth/login"');
    expect(text).not.toMatch(/stowlogin_|<script/);
  });

  it('is not available while the provider is not', async () => {
    const away = await start({ issuer: 'http://127.0.0.1:1' });
    await away.client().get('/auth/login').expect(503);
    await away.close();
  });

  it('is not available while the provider is away in the middle of it', async () => {
    const leaving = await IdentityProviderServer.start(`${PUBLIC_URL}/auth/callback`, () => ({}));
    const left = await start({ issuer: leaving.issuer });
    const { url, cookie } = await begin(left);
    const place = await leaving.logIn(url, 'alice');
    await leaving.stop();
    await comeBack(place, cookie, left).expect(503);
    await left.close();
  });

  it('does not exist where it is not configured', async () => {
    const open = await startRegistry();
    await open.client().get('/auth/login').expect(404);
    await open.close();
  });
});

function changed(place: URL, parameter: string, value: string): URL {
  const url = new URL(place);
  url.searchParams.set(parameter, value);
  return url;
}

function refused(place: URL): URL {
  const url = changed(changed(place, 'error', 'access_denied'), 'error_description', '<script>');
  url.searchParams.delete('code');
  return url;
}
