import { createVerify, generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MemoryObjectStore, type ObjectStore } from '#libs/object-storage';
import { openCdn } from './cdn-store.js';

const { publicKey, privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const KEY = 'registry/docker/registry/v2/blobs/sha256/ab/abcd/data';

describe('a store behind a content delivery network', () => {
  let folder: string;
  let store: ObjectStore;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stowage-cdn-'));
    await writeFile(join(folder, 'key.pem'), privateKey);
    store = await open('key.pem');
  });
  afterAll(() => rm(folder, { recursive: true }));

  const open = (file: string) =>
    openCdn(new MemoryObjectStore(), {
      url: 'https://cdn.example.com/content',
      keyPairId: 'K2JCJMDEHXQW5F',
      privateKeyFile: join(folder, file),
    });

  it('signs URLs of the network for a time', async () => {
    const before = Date.now();
    const url = new URL(String(await store.sign(KEY, { expiresIn: 60_000 })));
    expect(url.origin + url.pathname).toBe(`https://cdn.example.com/content/${KEY}`);
    expect(url.searchParams.get('Key-Pair-Id')).toBe('K2JCJMDEHXQW5F');
    const expires = Number(url.searchParams.get('Expires')) * 1000;
    expect(Math.abs(expires - before - 60_000)).toBeLessThan(5_000);
    expect(isSigned(url, expires / 1000)).toBe(true);
    expect(isSigned(url, expires / 1000 + 1)).toBe(false);
  });

  it('is the same store in all else', async () => {
    await store.put(KEY, Buffer.from('content'));
    expect(await store.head(KEY)).toMatchObject({ size: 7 });
    expect(store.name).toBe('memory');
  });

  it('is not opened without a private key', async () => {
    await writeFile(join(folder, 'public.pem'), publicKey);
    await expect(open('public.pem')).rejects.toThrow('holds no private key');
    await expect(open('missing.pem')).rejects.toThrow('ENOENT');
  });
});

/** As the network checks it: the policy that a URL without one stands for, signed with RSA and SHA-1. */
function isSigned(url: URL, expires: number): boolean {
  const resource = url.origin + url.pathname;
  const policy = JSON.stringify({
    Statement: [{ Resource: resource, Condition: { DateLessThan: { 'AWS:EpochTime': expires } } }],
  });
  const signature = String(url.searchParams.get('Signature')).replace(/-/g, '+').replace(/_/g, '=').replace(/~/g, '/');
  return createVerify('RSA-SHA1').update(policy).verify(publicKey, signature, 'base64');
}
