import { writeFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ConfigurationError, createRegistryConfig } from '../src/config/index.js';
import { type Registry, startRegistry } from './support/registry.js';
import { challengeIn } from './support/token-client.js';
import {
  CertificateMaker,
  ISSUER,
  issueToken,
  jwkOf,
  makeSigner,
  SERVICE,
  serveKeys,
} from './support/token-service.js';

const REALM = 'https://token-service.example/token';
const IDENTITY = { realm: REALM, issuer: ISSUER, service: SERVICE };
const PUSH = [{ type: 'repository', name: 'a/b', actions: ['pull', 'push'] }];

describe('a registry with the token service of others', () => {
  let registry: Registry;
  let maker: CertificateMaker;
  const signer = makeSigner();

  beforeAll(async () => {
    maker = await CertificateMaker.open();
  });
  afterEach(() => registry.close());
  afterAll(() => maker.close());

  async function start(keys: object): Promise<void> {
    registry = await startRegistry({ auth: { authenticators: ['token'], token: { ...IDENTITY, ...keys } } });
  }

  const upload = (name: string, token: string) =>
    registry.client().post(`/v2/${name}/blobs/uploads/`).set('Authorization', `Bearer ${token}`);

  async function writeSet(): Promise<string> {
    const file = maker.file('keys.json');
    await writeFile(file, JSON.stringify({ keys: [jwkOf(signer, 'one')] }));
    return file;
  }

  it('sends clients there, and has none of its own', async () => {
    await start({ jwksFile: await writeSet() });
    const { headers } = await registry.client().post('/v2/a/b/blobs/uploads/').expect(401);
    expect(headers['www-authenticate']).toBe(
      `Bearer realm="${REALM}",service="${SERVICE}",scope="repository:a/b:pull,push"`,
    );
    await registry.client().get('/token').expect(404);
  });

  it('allows what a token grants, and no more', async () => {
    await start({ jwksFile: await writeSet() });
    const token = await issueToken(signer, { access: PUSH }, { kid: 'one' });
    await upload('a/b', token).expect(202);
    const refused = await upload('a/c', token).expect(401);
    expect(challengeIn(refused.headers['www-authenticate'])).toMatchObject({ error: 'insufficient_scope' });
    await registry.client().get('/v2/_catalog').set('Authorization', `Bearer ${token}`).expect(401);
  });

  it('takes tokens without a name', async () => {
    await start({ jwksFile: await writeSet() });
    const access = [{ type: 'repository', name: 'a/b', actions: ['pull'] }];
    const token = await issueToken(signer, { sub: '', access }, { kid: 'one' });
    await registry.client().get('/v2/a/b/tags/list').set('Authorization', `Bearer ${token}`).expect(404);
    await upload('a/b', token).expect(401);
  });

  it('refuses tokens that are for others, expired or forged', async () => {
    await start({ jwksFile: await writeSet() });
    const past = Math.floor(Date.now() / 1000) - 100;
    const refused = [
      await issueToken(signer, { access: PUSH, aud: 'elsewhere' }, { kid: 'one' }),
      await issueToken(signer, { access: PUSH, iss: 'elsewhere' }, { kid: 'one' }),
      await issueToken(signer, { access: PUSH, exp: past }, { kid: 'one' }),
      await issueToken(makeSigner(), { access: PUSH }, { kid: 'one' }),
    ];
    for (const token of refused) {
      const { headers } = await upload('a/b', token).expect(401);
      expect(challengeIn(headers['www-authenticate'])).toMatchObject({ realm: REALM, error: 'invalid_token' });
    }
  });

  it('takes keys from a URL while they change, and says that it cannot tell while there are none', async () => {
    const service = await serveKeys();
    await start({ jwksUrl: service.url });
    service.state.status = 503;
    const token = await issueToken(signer, { access: PUSH }, { kid: 'one' });
    const { headers } = await upload('a/b', token).expect(503);
    expect(headers['retry-after']).toBe('5');
    service.state.status = 200;
    service.state.keys = [jwkOf(signer, 'one')];
    let status = 503;
    while (status === 503) ({ status } = await upload('a/b', token));
    expect(status).toBe(202);
    await service.close();
    // Who has the keys needs the service no more.
    await upload('a/b', await issueToken(signer, { access: PUSH }, { kid: 'one' })).expect(202);
  });

  it('takes tokens by a bundle of certificates', async () => {
    await maker.make('root', { isAuthority: true });
    await maker.make('leaf', { issuer: 'root' });
    await start({ certificateBundle: maker.file('root.pem') });
    const leaf = { privateKey: await maker.key('leaf') };
    const token = await issueToken(leaf, { access: PUSH }, { x5c: await maker.x5c('leaf') });
    await upload('a/b', token).expect(202);
    await upload('a/b', await issueToken(leaf, { access: PUSH })).expect(401);
    await upload('a/b', await issueToken({ privateKey: await maker.key('root') }, { access: PUSH })).expect(202);
  });
});

describe('the configuration of the token service of others', () => {
  it.each([
    [{}],
    [{ ...IDENTITY, issuer: undefined, jwksFile: 'keys.json' }],
    [IDENTITY],
    [{ ...IDENTITY, jwksFile: 'keys.json', algorithms: ['HS256'] }],
    [{ ...IDENTITY, jwksFile: 'keys.json', algorithms: ['none'] }],
    [{ ...IDENTITY, jwksUrl: 'file:///keys.json' }],
    [{ ...IDENTITY, realm: 'javascript:x', jwksFile: 'keys.json' }],
  ])('refuses %j', (token) => {
    expect(() => createRegistryConfig({ auth: { authenticators: ['token'], token } as never })).toThrow(
      ConfigurationError,
    );
  });
});
