import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose';
import { ANONYMOUS, type Grant, type Principal } from '#libs/access';
import {
  makeSigningKey,
  parseSigningKeys,
  printSigningKeys,
  publicKeySet,
  type SigningKey,
  TokenIssuer,
} from './index.js';

const SERVICE = 'registry.example';
const GRANTS: Grant[] = [{ type: 'repository', name: 'a/b', actions: ['pull'] }];
const ANN: Principal = {
  name: 'ann',
  isAnonymous: false,
  groups: ['dev'],
  claims: { team: 'x' },
  authenticator: 'htpasswd',
  credential: 'k1',
};

function issuerOf(keys: SigningKey[], service = SERVICE): TokenIssuer {
  return new TokenIssuer(service, 300, {
    signing: async () => keys.at(-1) as SigningKey,
    find: async (id) => keys.find((key) => key.id === id),
  });
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('TokenIssuer', () => {
  it('issues a token that says all of its principal', async () => {
    const key = await makeSigningKey(0);
    const { token, expiresIn, issuedAt } = await issuerOf([key]).issue(ANN, GRANTS);
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'ES256', typ: 'JWT', kid: key.id });
    const iat = issuedAt.getTime() / 1000;
    expect(decodeJwt(token)).toEqual({
      iss: SERVICE,
      aud: SERVICE,
      sub: 'ann',
      iat,
      nbf: iat,
      exp: iat + expiresIn,
      jti: expect.any(String),
      access: GRANTS,
      groups: ['dev'],
      authenticator: 'htpasswd',
      credential: 'k1',
      claims: { team: 'x' },
    });
  });

  it('takes its token as that principal, bound to what was granted', async () => {
    const issuer = issuerOf([await makeSigningKey(0)]);
    const { token } = await issuer.issue(ANN, GRANTS);
    expect(await issuer.verify(token)).toEqual({ ...ANN, grants: GRANTS, expiresAt: expect.any(Number) });
  });

  it('issues tokens to the anonymous principal', async () => {
    const issuer = issuerOf([await makeSigningKey(0)]);
    const { token } = await issuer.issue(ANONYMOUS, GRANTS);
    expect(decodeJwt(token).sub).toBe('');
    expect(await issuer.verify(token)).toMatchObject({ ...ANONYMOUS, grants: GRANTS });
  });

  it('takes tokens as long as their key is there', async () => {
    const keys = [await makeSigningKey(0)];
    const { token } = await issuerOf(keys).issue(ANN, GRANTS);
    keys.push(await makeSigningKey(1));
    expect(await issuerOf(keys).verify(token)).not.toBeNull();
    keys.shift();
    expect(await issuerOf(keys).verify(token)).toBeNull();
  });

  it('refuses what it did not issue', async () => {
    const key = await makeSigningKey(0);
    const other = await makeSigningKey(0);
    const issuer = issuerOf([key]);
    const { token } = await issuer.issue(ANN, GRANTS);
    const [header = '', payload = '', signature = ''] = token.split('.');
    const more = encode({ ...decodeJwt(token), access: [{ ...GRANTS[0], actions: ['pull', 'push'] }] });
    const pem = key.publicKey.export({ format: 'pem', type: 'spki' }).toString();
    const hs256 = `${encode({ alg: 'HS256', typ: 'JWT', kid: key.id })}.${payload}`;
    const none = encode({ alg: 'none', typ: 'JWT', kid: key.id });
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: SERVICE, aud: SERVICE, sub: 'ann', exp: now + 100, access: GRANTS };
    const sign = (change: object, kid?: string | undefined, by = key) =>
      new SignJWT({ ...claims, ...change })
        .setProtectedHeader({ alg: 'ES256', ...(kid !== undefined && { kid }) })
        .sign(by.privateKey);
    const refused = [
      `${header}.${more}.${signature}`,
      `${none}.${payload}.`,
      `${none}.${payload}.${signature}`,
      `${hs256}.${createHmac('sha256', pem).update(hs256).digest('base64url')}`,
      (await issuerOf([other]).issue(ANN, GRANTS)).token,
      (await issuerOf([key], 'elsewhere').issue(ANN, GRANTS)).token,
      await sign({}, key.id, other),
      await sign({}),
      await sign({}, `../${key.id}`),
      await sign({ exp: now - 61 }, key.id),
      await sign({ exp: undefined }, key.id),
      await sign({ nbf: now + 62 }, key.id),
      await sign({ aud: 'elsewhere' }, key.id),
      await sign({ aud: undefined }, key.id),
      await sign({ iss: 'elsewhere' }, key.id),
      '',
      'a.b.c',
      `${token}.`,
      token.slice(0, -1),
    ];
    for (const text of refused) expect([text, await issuer.verify(text)]).toEqual([text, null]);
    expect(await issuer.verify(await sign({ exp: now - 50 }, key.id))).not.toBeNull();
  });
});

describe('signing keys', () => {
  it('come back as they were written', async () => {
    const keys = [await makeSigningKey(1000), await makeSigningKey(2000)];
    const again = await parseSigningKeys(printSigningKeys(keys));
    expect(again.map(({ id, signsFrom }) => [id, signsFrom])).toEqual(keys.map(({ id, signsFrom }) => [id, signsFrom]));
    const { token } = await issuerOf(again).issue(ANN, GRANTS);
    expect(await issuerOf(keys).verify(token)).not.toBeNull();
  });

  it('are published without what is secret', async () => {
    const key = await makeSigningKey(0);
    expect(publicKeySet([key])).toEqual({
      keys: [
        {
          kty: 'EC',
          crv: 'P-256',
          x: expect.any(String),
          y: expect.any(String),
          kid: key.id,
          use: 'sig',
          alg: 'ES256',
        },
      ],
    });
  });

  it('that are broken are told of without their content', async () => {
    const content = Buffer.from('{"keys":[{"signsFrom":"x","jwk":{"d":"secret"}}]}');
    await expect(parseSigningKeys(content)).rejects.toThrow(/^the signing keys that are stored cannot be read$/);
  });
});
