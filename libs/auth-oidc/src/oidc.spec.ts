import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { base64url, exportJWK, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import type { Authenticator } from '#libs/access';
import { type OidcIssuer, openOidc } from './index.js';

type Pair = Awaited<ReturnType<typeof generateKeyPair>>;

const AUDIENCE = 'registry.example.org';
const now = () => Math.floor(Date.now() / 1_000);

describe('a workload token', () => {
  let pair: Pair;
  let other: Pair;
  let server: Server;
  let issuer: string;
  let asked: IncomingMessage[];
  let keys: object[];
  let metadata: Record<string, unknown>;
  let status: number;

  beforeAll(async () => {
    [pair, other] = [await generateKeyPair('ES256'), await generateKeyPair('ES256')];
  });
  beforeEach(async () => {
    asked = [];
    status = 200;
    server = createServer(answer).listen(0, '127.0.0.1');
    await once(server, 'listening');
    issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}/realms/a`;
    metadata = { issuer, jwks_uri: `${issuer}/keys` };
    keys = [{ ...(await exportJWK(pair.publicKey)), kid: 'first', alg: 'ES256' }];
  });
  afterEach(() => {
    server.close();
  });

  function answer(request: IncomingMessage, response: ServerResponse): void {
    asked.push(request);
    const body = request.url?.endsWith('/.well-known/openid-configuration') ? metadata : { keys };
    response.writeHead(status, { 'Content-Type': 'application/json', Connection: 'close' }).end(JSON.stringify(body));
  }

  const open = (options: Partial<OidcIssuer> = {}) =>
    openOidc({ issuers: [{ issuer, audience: AUDIENCE, prefix: 'ci:', ...options }] });

  function sign(claims: JWTPayload = {}, { privateKey }: Pair = pair, header: object = {}): Promise<string> {
    const all = { iss: issuer, aud: AUDIENCE, sub: 'build', iat: now(), exp: now() + 60, ...claims };
    return new SignJWT(all).setProtectedHeader({ alg: 'ES256', kid: 'first', ...header }).sign(privateKey);
  }

  const show = (authenticator: Authenticator, token: string) => authenticator.authenticate({ kind: 'token', token });

  it('is taken as bearer token and as password, with all its claims', async () => {
    const oidc = await open({ groupsClaim: 'roles' });
    const exp = now() + 60;
    const claims = { exp, jti: 'id-1', repository: 'octo/app', roles: ['deploy', 7], ref: 'refs/heads/main' };
    const expected = {
      name: 'ci:build',
      isAnonymous: false,
      groups: ['ci:deploy'],
      claims: expect.objectContaining(claims),
      authenticator: 'oidc',
      credential: 'id-1',
      expiresAt: exp * 1_000,
    };
    expect(await show(oidc, await sign(claims))).toEqual(expected);
    const password = { kind: 'password', user: 'whoever', password: await sign(claims) } as const;
    expect(await oidc.authenticate(password)).toEqual(expected);
  });

  it('has its keys asked for once, when one is first shown', async () => {
    const oidc = await open();
    expect(asked).toHaveLength(0);
    for (const _ of 'abc') expect(await show(oidc, await sign())).not.toBeNull();
    expect(asked.map(({ url }) => url)).toEqual(['/realms/a/.well-known/openid-configuration', '/realms/a/keys']);
  });

  it('is named by the claim that is configured, behind what tells issuers apart', async () => {
    const claims = { usernameClaim: 'email', groupsClaim: 'team' };
    const oidc = await openOidc({ issuers: [{ issuer, audience: AUDIENCE, ...claims }] });
    const place = issuer.replace('http://', '');
    expect(await show(oidc, await sign({ email: 'a@b.c', team: 'ops' }))).toMatchObject({
      name: `${place}:a@b.c`,
      groups: [`${place}:ops`],
    });
  });

  it.each<[string, () => Promise<string>]>([
    ['is of another audience', () => sign({ aud: 'other' })],
    ['has no audience', () => sign({ aud: undefined } as unknown as JWTPayload)],
    ['has expired', () => sign({ exp: now() - 31 })],
    ['never expires', () => sign({ exp: undefined } as unknown as JWTPayload)],
    ['is not good yet', () => sign({ nbf: now() + 60 })],
    ['was issued in the future', () => sign({ iat: now() + 60, exp: now() + 120 })],
    ['does not say when it was issued', () => sign({ iat: undefined } as unknown as JWTPayload)],
    ['is signed by another key', () => sign({}, other)],
    ['is signed by a key that nobody has published', () => sign({}, other, { kid: 'other' })],
    ['has no name', () => sign({ sub: undefined } as unknown as JWTPayload)],
    ['has a name that cannot be shown', () => sign({ sub: 'a\nb' })],
    ['has another issuer, by a slash', () => sign({ iss: `${issuer}/` })],
    ['has an issuer that is nobody', () => sign({ iss: 'https://evil.example' })],
    ['has claims of somebody else', async () => tampered(await sign(), { sub: 'root' })],
    ['is not signed', async () => new UnsecuredJWT({ iss: issuer, aud: AUDIENCE, sub: 'x', exp: now() + 60 }).encode()],
    ['is signed with the public key as a secret', () => signedWithPublicKey()],
    ['is no token', async () => 'a.b.c'],
    ['is a password', async () => 'correct horse'],
    ['is empty', async () => ''],
  ])('is not taken when it %s', async (_case, token) => {
    expect(await show(await open(), await token())).toBeNull();
  });

  function tampered(token: string, claims: JWTPayload): string {
    const [header, payload = '', signature] = token.split('.');
    const changed = { ...JSON.parse(Buffer.from(payload, 'base64url').toString()), ...claims };
    return [header, base64url.encode(JSON.stringify(changed)), signature].join('.');
  }

  async function signedWithPublicKey(): Promise<string> {
    const secret = Buffer.from(JSON.stringify(keys[0]));
    return new SignJWT({ iss: issuer, aud: AUDIENCE, sub: 'x', iat: now(), exp: now() + 60 })
      .setProtectedHeader({ alg: 'HS256', kid: 'first' })
      .sign(secret);
  }

  it('of an unknown issuer makes no request', async () => {
    const oidc = await open();
    expect(await show(oidc, await sign({ iss: `${issuer}/b` }))).toBeNull();
    expect(asked).toHaveLength(0);
  });

  it('must have the claims that are required', async () => {
    const oidc = await open({ requiredClaims: { ref: 'refs/heads/*', 'kubernetes.io': { namespace: ['ci', 'cd'] } } });
    const workload = (namespace: string) => ({ ref: 'refs/heads/main', 'kubernetes.io': { namespace } });
    expect(await show(oidc, await sign(workload('cd')))).not.toBeNull();
    expect(await show(oidc, await sign(workload('default')))).toBeNull();
    expect(await show(oidc, await sign({ ref: 'refs/heads/main' }))).toBeNull();
  });

  it('may be meant for one of several audiences', async () => {
    const oidc = await open({ audience: ['one', 'two'] });
    expect(await show(oidc, await sign({ aud: ['zero', 'two'] }))).not.toBeNull();
    expect(await show(oidc, await sign({ aud: 'zero' }))).toBeNull();
  });

  it.each<[string, () => void]>([
    ['does not answer well', () => Object.assign(metadata, { issuer: 'https://other.example' })],
    ['leads nowhere', () => Object.assign(metadata, { jwks_uri: 'http://127.0.0.1:1/' })],
    ['is out of order', () => setStatus(503)],
    ['sends clients elsewhere', () => setStatus(302)],
    ['is gone', () => server.close()],
  ])('cannot be judged while its issuer %s', async (_case, disturb) => {
    const oidc = await open();
    disturb();
    await expect(show(oidc, await sign())).rejects.toMatchObject({ name: 'AuthenticatorUnavailableError' });
  });

  function setStatus(value: number): void {
    status = value;
  }

  it('does not have its issuer asked again at once when it did not answer', async () => {
    const oidc = await open();
    status = 503;
    for (const _ of 'abc') await expect(show(oidc, await sign())).rejects.toThrow();
    expect(asked).toHaveLength(1);
  });

  it('is verified with keys for which a token is shown', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'stowage-oidc-'));
    const tokenFile = join(folder, 'token');
    await writeFile(tokenFile, 'of the registry\n');
    expect(await show(await open({ tokenFile }), await sign())).not.toBeNull();
    expect(asked.map(({ headers }) => headers.authorization)).toEqual(Array(2).fill('Bearer of the registry'));
    await rm(folder, { recursive: true });
  });
});

describe('an issuer', () => {
  const RIGHT = { issuer: 'https://a.example', audience: 'registry' };

  it.each<[string, unknown, string]>([
    ['no list', {}, 'issuers'],
    ['none', { issuers: [] }, 'issuers'],
    ['a text', { issuers: ['https://a.example'] }, 'issuers[0]'],
    ['one without TLS', { issuers: [{ ...RIGHT, issuer: 'http://a.example' }] }, 'issuers[0].issuer'],
    ['one without an audience', { issuers: [{ issuer: RIGHT.issuer }] }, 'issuers[0].audience'],
    ['one with an empty audience', { issuers: [{ ...RIGHT, audience: '' }] }, 'issuers[0].audience'],
    ['one with a list of no audience', { issuers: [{ ...RIGHT, audience: [] }] }, 'issuers[0].audience'],
    ['one with a word that is not known', { issuers: [{ ...RIGHT, audiences: 'a' }] }, 'issuers[0].audiences'],
    ['one with conditions that are none', { issuers: [{ ...RIGHT, requiredClaims: {} }] }, 'issuers[0].requiredClaims'],
    ['the same twice', { issuers: [RIGHT, RIGHT] }, 'issuers[1].issuer'],
  ])('is refused: %s', async (_case, options, field) => {
    await expect(openOidc(options as { issuers: OidcIssuer[] })).rejects.toMatchObject({
      name: 'OidcIssuerError',
      field,
    });
  });

  it('needs its file of authorities', async () => {
    const opening = openOidc({ issuers: [{ ...RIGHT, caFile: '/nowhere/ca.pem' }] });
    await expect(opening).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
