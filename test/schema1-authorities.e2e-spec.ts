import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateKey, importPrivateKey, JsonSignature, prettySignature, sign } from '#libs/json-signature';
import { Digest } from '#libs/oci';
import { printSchema1, Schema1Type } from '#libs/schema1';
import { putManifest } from './support/images.js';
import { pushBlob, type Registry, randomBlob, startRegistry } from './support/registry.js';

const NAME = 'legacy/vouched';
const TESTDATA = join(import.meta.dirname, '../libs/json-signature/src/testdata');

describe('with authorities, schema 1 manifests', () => {
  let registry: Registry;
  let folder: string;
  const pems = new Map<string, string>();

  beforeAll(async () => {
    const bundle = await readFile(join(TESTDATA, 'certificates.pem'), 'utf8');
    for (const [pem] of bundle.matchAll(/-----BEGIN[\s\S]*?-----END.*-----\n/g)) {
      pems.set(new X509Certificate(pem).subject.replace('CN=', ''), pem);
    }
    folder = await mkdtemp(join(tmpdir(), 'stowage-authorities-'));
    const authorities = join(folder, 'authorities.pem');
    await writeFile(authorities, `${pems.get('other-root')}${pems.get('root')}`);
    registry = await startRegistry({ schema1: { authorities } });
  });
  afterAll(async () => {
    await registry.close();
    await rm(folder, { recursive: true });
  });

  async function payloadOf(tag: string): Promise<Buffer> {
    const layer = Digest.parse(await pushBlob(registry, NAME, randomBlob().content));
    const history = [JSON.stringify({ id: tag })];
    return printSchema1({ name: NAME, tag, architecture: 'amd64', fsLayers: [layer], history });
  }

  /** A signature by the key of all leaves, with the certificates in place of the key. */
  async function signedWith(payload: Buffer, ...certificates: string[]): Promise<Buffer> {
    const key = importPrivateKey(await readFile(join(TESTDATA, 'leaf.key')));
    const signature = sign(payload, key, { time: new Date() }).toJSON();
    const x5c = certificates.map((name) => new X509Certificate(String(pems.get(name))).raw.toString('base64'));
    return prettySignature(payload, [JsonSignature.from({ ...signature, header: { alg: 'ES256', x5c } })]);
  }

  const put = (tag: string, content: Buffer) =>
    putManifest(registry, NAME, tag, { content, mediaType: Schema1Type.signed, digest: '' });

  it.each([[['leaf-of-root']], [['leaf-of-intermediate', 'intermediate']]])(
    'are taken with the certificates %j',
    async (certificates) => {
      await put('vouched', await signedWith(await payloadOf('vouched'), ...certificates)).expect(201);
      await registry.client().get(`/v2/${NAME}/manifests/vouched`).expect(200);
    },
  );

  it.each([[['leaf-of-intermediate']], [['leaf-of-ed25519-root', 'ed25519-root']]])(
    'are refused with the certificates %j',
    async (certificates) => {
      const response = await put('stranger', await signedWith(await payloadOf('stranger'), ...certificates));
      expect(response.status).toBe(400);
      expect(response.body.errors).toMatchObject([{ code: 'MANIFEST_UNVERIFIED' }]);
      await registry.client().get(`/v2/${NAME}/manifests/stranger`).expect(404);
    },
  );

  it('are refused when a key comes without certificates', async () => {
    const payload = await payloadOf('bare');
    const response = await put('bare', prettySignature(payload, [sign(payload, generateKey(), { time: new Date() })]));
    expect(response.status).toBe(400);
    expect(response.body.errors).toMatchObject([
      { code: 'MANIFEST_UNVERIFIED', detail: { rule: 'a configured authority must vouch for the key' } },
    ]);
  });

  it('are refused when the signature is of another payload', async () => {
    const first = await signedWith(await payloadOf('first'), 'leaf-of-root');
    const { signatures } = JSON.parse(first.toString());
    const payload = await payloadOf('other');
    const response = await put('other', prettySignature(payload, [JsonSignature.from(signatures[0])]));
    expect(response.status).toBe(400);
    expect(response.body.errors[0].code).toBe('MANIFEST_UNVERIFIED');
  });
});
