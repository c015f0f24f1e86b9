import { createHmac, generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { calculateJwkThumbprint, type JWK } from 'jose';
import { AuthenticatorUnavailableError } from '#libs/access';
import { keyId } from '#libs/json-signature';
import {
  CertificateMaker,
  ISSUER,
  issueToken,
  jwkOf,
  makeSigner,
  SERVICE,
  type Signer,
  serveKeys,
} from '../../../test/support/token-service.js';
import { openTokenVerifier, TokenKeysError, type TokenVerifierOptions } from './index.js';

const IDENTITY = { issuer: ISSUER, service: SERVICE };
const NOW = () => Math.floor(Date.now() / 1000);
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

let maker: CertificateMaker;

beforeAll(async () => {
  maker = await CertificateMaker.open();
});
afterAll(() => maker.close());

async function verifierOf(options: Partial<TokenVerifierOptions>) {
  const verifier = await openTokenVerifier({ ...IDENTITY, ...options });
  return (token: string) => verifier.authenticate({ kind: 'token', token });
}

describe('a verifier with a file of keys', () => {
  const signer = makeSigner();
  let verify: Awaited<ReturnType<typeof verifierOf>>;

  async function writeSet(...keys: unknown[]): Promise<string> {
    const file = maker.file(`set-${keys.length}-${Math.random()}.json`);
    await writeFile(file, JSON.stringify({ keys }));
    return file;
  }

  beforeAll(async () => {
    verify = await verifierOf({ jwksFile: await writeSet(jwkOf(signer, 'one')) });
  });

  it('takes a token as its principal, with its rights', async () => {
    const access = [
      { type: 'repository', class: 'image', name: 'a/b', actions: ['pull', 'push'] },
      { type: 'registry', name: 'catalog', actions: ['*'] },
    ];
    const iat = NOW();
    const claims = { access, jti: 'id', groups: ['dev'], team: 'x', exp: iat + 300 };
    const token = await issueToken(signer, claims, { kid: 'one' });
    expect(await verify(token)).toEqual({
      name: 'ann',
      isAnonymous: false,
      groups: ['dev'],
      claims: expect.objectContaining({ team: 'x' }),
      authenticator: 'token',
      credential: 'id',
      grants: [
        { type: 'repository', name: 'a/b', actions: ['pull', 'push'] },
        { type: 'registry', name: 'catalog', actions: ['*'] },
      ],
      expiresAt: (iat + 300 + 60) * 1000,
    });
  });

  it.each([
    ['an unknown type', { type: 'plugin', name: 'a', actions: ['pull'] }],
    ['a pattern in place of a name', { type: 'repository', name: 'a/*', actions: ['pull'] }],
    ['a name that is none', { type: 'repository', name: '../a', actions: ['pull'] }],
    ['no list of actions', { type: 'repository', name: 'a', actions: 'pull' }],
    ['no object', 'repository:a:pull'],
  ])('grants nothing for %s', async (_what, entry) => {
    const access = [entry, { type: 'repository(plugin)', name: 'b', actions: ['pull'] }];
    const principal = await verify(await issueToken(signer, { access }, { kid: 'one' }));
    expect(principal?.grants).toEqual([{ type: 'repository', name: 'b', actions: ['pull'] }]);
  });

  it('takes a token without rights, without a subject, for several audiences, without an id of its key', async () => {
    const claims = { access: undefined, sub: undefined, aud: ['elsewhere', SERVICE] };
    expect(await verify(await issueToken(signer, claims))).toMatchObject({ name: '', isAnonymous: false, grants: [] });
  });

  it.each([
    ['expired', () => ({ exp: NOW() - 62 })],
    ['without end', () => ({ exp: undefined })],
    ['not yet valid', () => ({ nbf: NOW() + 63 })],
    ['of another issuer', () => ({ iss: 'elsewhere' })],
    ['without an issuer', () => ({ iss: undefined })],
    ['for another service', () => ({ aud: 'elsewhere' })],
    ['for several others', () => ({ aud: ['elsewhere', `${SERVICE}.example`] })],
    ['for nobody', () => ({ aud: undefined })],
  ])('refuses a token that is %s', async (_what, claims) => {
    expect(await verify(await issueToken(signer, claims(), { kid: 'one' }))).toBeNull();
  });

  it('allows for clocks that differ by a minute', async () => {
    const early = await issueToken(signer, { nbf: NOW() + 55, exp: NOW() + 100 }, { kid: 'one' });
    const late = await issueToken(signer, { exp: NOW() - 55 }, { kid: 'one' });
    expect(await verify(early)).not.toBeNull();
    expect(await verify(late)).not.toBeNull();
  });

  it('refuses forged tokens', async () => {
    const forger = makeSigner();
    const token = await issueToken(signer, {}, { kid: 'one' });
    const [, payload = '', signature = ''] = token.split('.');
    const pem = signer.publicKey.export({ format: 'pem', type: 'spki' }).toString();
    const hmac = (header: object, secret: string) => {
      const start = `${encode(header)}.${payload}`;
      return `${start}.${createHmac('sha256', secret).update(start).digest('base64url')}`;
    };
    const refused = [
      await issueToken(forger, {}, { kid: 'one' }),
      await issueToken(forger, {}, { kid: 'one', jwk: jwkOf(forger) as JWK }),
      await issueToken(forger, {}, { jwk: jwkOf(signer) as JWK }),
      await issueToken(forger),
      await issueToken(signer, {}, { kid: 'two' }),
      await issueToken(signer, {}, { kid: '' }),
      await issueToken(signer, {}, { kid: '/../one' }),
      `${encode({ alg: 'none', kid: 'one' })}.${payload}.`,
      `${encode({ alg: 'NONE', kid: 'one' })}.${payload}.`,
      hmac({ alg: 'HS256', kid: 'one' }, pem),
      hmac({ alg: 'HS256', kid: 'one' }, pem.trim()),
      hmac({ alg: 'ES256', kid: 'one' }, pem),
      `${encode({ alg: 'ES256', kid: 'one', crit: ['exp'], exp: 0 })}.${payload}.${signature}`,
      `${encode({ alg: 'ES256', kid: 'one', b64: false, crit: ['b64'] })}.${payload}.${signature}`,
      `${encode({ alg: ['ES256'], kid: 'one' })}.${payload}.${signature}`,
      `${encode({ alg: 'constructor', kid: 'one' })}.${payload}.${signature}`,
      `${token.slice(0, -4)}AAAA`,
      'not a token',
      '..',
    ];
    for (const text of refused) expect([text, await verify(text)]).toEqual([text, null]);
    expect(await verify(token)).not.toBeNull();
  });

  it('finds keys without ids by their thumbprints, those that tokens bring with them, too', async () => {
    const jwk = jwkOf(signer);
    const byThumbprint = await verifierOf({ jwksFile: await writeSet(jwkOf(makeSigner()), jwk) });
    expect(await byThumbprint(await issueToken(signer, {}, { kid: await calculateJwkThumbprint(jwk) }))).not.toBeNull();
    expect(await byThumbprint(await issueToken(signer, {}, { jwk: jwk as JWK }))).not.toBeNull();
    expect(await byThumbprint(await issueToken(signer))).not.toBeNull();
  });

  it('passes over keys that are not for signatures, are secret, or cannot be read', async () => {
    const secret = { kty: 'oct', k: Buffer.from('secret').toString('base64url'), kid: 'one' };
    const set = [secret, { ...jwkOf(signer, 'one'), use: 'enc' }, { kty: 'XX', kid: 'one' }, null, 7];
    const none = await verifierOf({ jwksFile: await writeSet(...set) });
    expect(await none(await issueToken(signer, {}, { kid: 'one' }))).toBeNull();
  });

  it.each([
    ['RS256', generateKeyPairSync('rsa', { modulusLength: 2048 })],
    ['PS512', generateKeyPairSync('rsa', { modulusLength: 2048 })],
    ['ES384', generateKeyPairSync('ec', { namedCurve: 'P-384' })],
    ['EdDSA', generateKeyPairSync('ed25519')],
  ])('takes tokens signed with %s, unless only others are wanted', async (alg, pair: Signer) => {
    const jwksFile = await writeSet(jwkOf(pair, 'k'), jwkOf(signer, 'one'));
    const token = await issueToken(pair, {}, { alg, kid: 'k' });
    expect(await (await verifierOf({ jwksFile }))(token)).not.toBeNull();
    const only = await verifierOf({ jwksFile, algorithms: ['ES256'] });
    expect(await only(token)).toBeNull();
    expect(await only(await issueToken(signer, {}, { kid: 'one' }))).not.toBeNull();
  });

  it('keeps a key to the algorithm that it is for', async () => {
    const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const only = await verifierOf({ jwksFile: await writeSet({ ...jwkOf(pair, 'k'), alg: 'RS256' }) });
    expect(await only(await issueToken(pair, {}, { alg: 'PS256', kid: 'k' }))).toBeNull();
    expect(await only(await issueToken(pair, {}, { alg: 'RS256', kid: 'k' }))).not.toBeNull();
  });

  it('follows the file, and keeps what it had while that is broken', async () => {
    const [old, next] = [makeSigner(), makeSigner()];
    const jwksFile = await writeSet(jwkOf(old, 'old'));
    const problems: unknown[] = [];
    const follow = await verifierOf({ jwksFile, onProblem: (error) => problems.push(error) });
    const tokens = [await issueToken(old, {}, { kid: 'old' }), await issueToken(next, {}, { kid: 'next' })] as const;
    expect(await follow(tokens[0])).not.toBeNull();
    await writeFile(jwksFile, 'broken');
    expect(await follow(tokens[1])).toBeNull();
    expect(problems).toEqual([expect.any(TokenKeysError)]);
    expect(await follow(tokens[0])).not.toBeNull();
    await writeFile(jwksFile, JSON.stringify({ keys: [jwkOf(next, 'next')] }));
    expect(await follow(tokens[1])).not.toBeNull();
    expect(await follow(tokens[0])).toBeNull();
  });
});

describe('a verifier with a bundle of certificates', () => {
  beforeAll(async () => {
    await maker.make('root', { isAuthority: true });
    await maker.make('middle', { isAuthority: true, issuer: 'root' });
    await maker.make('leaf', { issuer: 'middle' });
    await maker.make('expired', { issuer: 'root', days: -1 });
    await maker.make('plain');
    await maker.make('below-leaf', { issuer: 'leaf' });
    await maker.make('stranger', { isAuthority: true });
    await maker.make('of-stranger', { issuer: 'stranger' });
    await writeFile(maker.file('bundle.pem'), `${await maker.pem('root')}\n# a comment\n${await maker.pem('plain')}`);
  });

  const open = () => verifierOf({ certificateBundle: maker.file('bundle.pem') });
  const tokenOf = async (name: string, header: object) => issueToken({ privateKey: await maker.key(name) }, {}, header);

  it('finds its keys by thumbprint, by what libtrust calls them, by the key in the token, and without any id', async () => {
    const key = await maker.key('plain');
    const { d: _, ...jwk } = key.export({ format: 'jwk' }) as JWK;
    const verify = await open();
    for (const header of [{ kid: await calculateJwkThumbprint(jwk) }, { kid: keyId(key) }, { jwk }, {}]) {
      expect(await verify(await tokenOf('plain', header))).not.toBeNull();
    }
    expect(await verify(await tokenOf('leaf', { kid: keyId(key) }))).toBeNull();
  });

  it('finds a key by the id that Distribution 3 computes without leading zeros', async () => {
    let pair = makeSigner();
    const coordinate = (name: 'x' | 'y') =>
      Buffer.from(String(pair.publicKey.export({ format: 'jwk' })[name]), 'base64url');
    const x = () => coordinate('x');
    while (x()[0] !== 0 || coordinate('y')[0] === 0) pair = makeSigner();
    const jwk = pair.publicKey.export({ format: 'jwk' });
    const kid = await calculateJwkThumbprint({ ...jwk, x: x().subarray(1).toString('base64url') } as JWK);
    await writeFile(maker.file('zero.json'), JSON.stringify({ keys: [jwk] }));
    const verify = await verifierOf({ jwksFile: maker.file('zero.json') });
    expect(await verify(await issueToken(pair, {}, { kid }))).not.toBeNull();
  });

  it('takes a token with a chain of certificates up to one of its own', async () => {
    const verify = await open();
    expect(await verify(await tokenOf('leaf', { x5c: await maker.x5c('leaf', 'middle') }))).not.toBeNull();
    expect(await verify(await tokenOf('leaf', { x5c: await maker.x5c('leaf', 'middle', 'root') }))).not.toBeNull();
    expect(await verify(await tokenOf('plain', { x5c: await maker.x5c('plain') }))).not.toBeNull();
  });

  it.each([
    ['with a gap', 'leaf', ['leaf']],
    ['that has expired', 'expired', ['expired']],
    ['up to a stranger', 'of-stranger', ['of-stranger', 'stranger']],
    ['over a certificate that is no authority', 'below-leaf', ['below-leaf', 'leaf', 'middle']],
    ['of another key', 'stranger', ['leaf', 'middle']],
    ['that is empty', 'plain', []],
  ])('refuses a token with a chain %s', async (_what, signer, chain) => {
    const verify = await open();
    const plain = await maker.key('plain');
    // An id of a key that is trusted makes up for nothing.
    const token = await tokenOf(signer, { x5c: await maker.x5c(...chain), kid: keyId(plain) });
    expect(await verify(token)).toBeNull();
  });

  it('takes no chain where it has only keys', async () => {
    await writeFile(
      maker.file('keys.json'),
      JSON.stringify({ keys: [(await maker.key('leaf')).export({ format: 'jwk' })] }),
    );
    const verify = await verifierOf({ jwksFile: maker.file('keys.json') });
    expect(await verify(await tokenOf('leaf', { x5c: await maker.x5c('leaf', 'middle') }))).toBeNull();
  });
});

describe('a verifier with a URL', () => {
  let service: Awaited<ReturnType<typeof serveKeys>>;
  const [one, two] = [makeSigner(), makeSigner()];

  beforeEach(async () => {
    service = await serveKeys();
    service.state.keys = [jwkOf(one, 'one')];
  });
  afterEach(() => service.close());

  it('asks once for many tokens', async () => {
    const verify = await verifierOf({ jwksUrl: service.url });
    const tokens = await Promise.all(Array.from({ length: 5 }, () => issueToken(one, {}, { kid: 'one' })));
    const principals = await Promise.all(tokens.map(verify));
    expect(principals.every((principal) => principal?.name === 'ann')).toBe(true);
    expect(service.state.requests).toBe(1);
  });

  it('asks again for a key that it does not know', async () => {
    const verify = await verifierOf({ jwksUrl: service.url, cooldown: 0 });
    const old = await issueToken(one, {}, { kid: 'one' });
    expect(await verify(old)).not.toBeNull();
    service.state.keys = [jwkOf(two, 'two')];
    expect(await verify(await issueToken(two, {}, { kid: 'two' }))).not.toBeNull();
    expect(await verify(old)).toBeNull();
  });

  it('does not ask for every token that names an unknown key', async () => {
    const verify = await verifierOf({ jwksUrl: service.url });
    await verify(await issueToken(one, {}, { kid: 'one' }));
    for (let time = 0; time < 10; time++) {
      expect(await verify(await issueToken(two, {}, { kid: `unknown-${time}` }))).toBeNull();
    }
    expect(service.state.requests).toBe(1);
  });

  it('cannot tell while the URL gives no keys, and takes those that it has when it stops giving them', async () => {
    service.state.status = 500;
    const verify = await verifierOf({ jwksUrl: service.url, cooldown: 0 });
    const token = await issueToken(one, {}, { kid: 'one' });
    await expect(verify(token)).rejects.toThrow(AuthenticatorUnavailableError);
    service.state.status = 200;
    await expect(settled(() => verify(token))).resolves.not.toBeNull();
    service.state.status = 500;
    expect(await verify(await issueToken(one, {}, { kid: 'one' }))).not.toBeNull();
    expect(await verify(await issueToken(one, {}, { kid: 'two' }))).toBeNull();
  });

  it('takes the keys of its other sources while the URL gives none', async () => {
    service.state.status = 500;
    const jwksFile = maker.file('besides.json');
    await writeFile(jwksFile, JSON.stringify({ keys: [jwkOf(two, 'two')] }));
    const verify = await verifierOf({ jwksUrl: service.url, jwksFile, cooldown: 0 });
    expect(await verify(await issueToken(two, {}, { kid: 'two' }))).not.toBeNull();
    await expect(verify(await issueToken(one, {}, { kid: 'one' }))).rejects.toThrow(AuthenticatorUnavailableError);
  });
});

describe('openTokenVerifier', () => {
  it.each([['none'], ['HS256'], ['RS1'], ['toString']])('refuses the algorithm %s', async (algorithm) => {
    await expect(openTokenVerifier({ ...IDENTITY, algorithms: [algorithm] })).rejects.toThrow(TokenKeysError);
  });

  it('refuses to start without keys', async () => {
    await writeFile(maker.file('empty.pem'), 'nothing');
    await expect(openTokenVerifier(IDENTITY)).rejects.toThrow(TokenKeysError);
    await expect(openTokenVerifier({ ...IDENTITY, jwksFile: maker.file('absent') })).rejects.toThrow('ENOENT');
    await expect(openTokenVerifier({ ...IDENTITY, certificateBundle: maker.file('empty.pem') })).rejects.toThrow(
      TokenKeysError,
    );
  });
});

/** Tries again while the failure of the last time still stands. */
async function settled<T>(action: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof AuthenticatorUnavailableError)) throw error;
    }
  }
}
