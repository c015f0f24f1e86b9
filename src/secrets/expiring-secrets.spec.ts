import { beforeEach, describe, expect, it } from '@jest/globals';
import { listIfPresent, loadMemoryStorage, type StorageDriver, walkIfPresent } from '#libs/storage';
import { ExpiringSecrets } from './expiring-secrets.js';

const FOLDER = '/secrets/test';
const HOUR = 3_600_000;

describe('ExpiringSecrets', () => {
  let storage: StorageDriver;
  let secrets: ExpiringSecrets<string>;

  beforeEach(async () => {
    ({ driver: storage } = await loadMemoryStorage());
    secrets = new ExpiringSecrets(storage, { prefix: 'test', folder: FOLDER });
  });

  it('says what a secret stands for, on any server', async () => {
    const { text, expiresAt } = await secrets.issue('alice', HOUR);
    const another = new ExpiringSecrets<string>(storage, { prefix: 'test', folder: FOLDER });
    const hash = expect.stringMatching(/^[0-9a-f]{64}$/);
    expect(await another.find(text)).toEqual({ value: 'alice', expiresAt, hash });
  });

  it('knows nothing else', async () => {
    const { text } = await secrets.issue('alice', HOUR);
    const wrong = ['', 'x', text.slice(0, -1), `${text}x`, text.replace(/_\d+_/, '_00000_'), '../../keys'];
    for (const other of wrong) expect(await secrets.find(other)).toBeNull();
  });

  it('keeps none of them', async () => {
    const { text } = await secrets.issue('alice', HOUR);
    const random = text.split('_')[2] as string;
    for await (const { path, isDirectory } of walkIfPresent(storage, '/secrets')) {
      expect(path).not.toContain(random);
      if (!isDirectory) expect((await storage.getContent(path)).toString()).not.toContain(random);
    }
  });

  it('ends them by the millisecond', async () => {
    const { text } = await secrets.issue('alice', 0);
    expect(await secrets.find(text)).toBeNull();
  });

  it('ends one, or all that are meant', async () => {
    const texts: string[] = [];
    for (const value of ['alice', 'alice', 'bob', 'carol']) texts.push((await secrets.issue(value, HOUR)).text);
    await secrets.revoke(texts[3] as string);
    await secrets.revoke('never issued');
    expect(await secrets.revokeAll((value) => value === 'alice')).toBe(2);
    const left = await Promise.all(texts.map((text) => secrets.find(text)));
    expect(left.map((secret) => secret?.value)).toEqual([undefined, undefined, 'bob', undefined]);
  });

  it('removes those that ended on a day before', async () => {
    await storage.putContent(`${FOLDER}/20000/${'a'.repeat(64)}`, Buffer.from('{}'));
    const { text } = await secrets.issue('alice', HOUR);
    expect(await listIfPresent(storage, FOLDER)).toHaveLength(1);
    expect(await secrets.find(text)).not.toBeNull();
  });
});
