import { describe, expect, it } from '@jest/globals';
import { freshTestStore, namesStorage, withFreshRoot } from './test-store.js';

const S3 = { STOWAGE_STORAGE_DRIVER: 's3', STOWAGE_STORAGE_S3_BUCKET: 'tests' };
const UUID = '[0-9a-f-]{36}';

describe('the store under test', () => {
  it('is none where the environment names none', () => {
    expect(freshTestStore({})).toBeNull();
  });

  it('has another root each time', () => {
    const env = { STOWAGE_TEST_STORE: JSON.stringify(S3) };
    const [one, other] = [freshTestStore(env), freshTestStore(env)];
    expect(one).toEqual({ ...S3, STOWAGE_STORAGE_S3_ROOT: expect.stringMatching(new RegExp(`^${UUID}/$`)) });
    expect(other).not.toEqual(one);
  });

  it('keeps its roots below the one that it is given', () => {
    const keys = withFreshRoot({ ...S3, STOWAGE_STORAGE_S3_ROOT: 'below/' });
    expect(keys.STOWAGE_STORAGE_S3_ROOT).toMatch(new RegExp(`^below/${UUID}/$`));
    const folder = { STOWAGE_STORAGE_DRIVER: 'filesystem', STOWAGE_STORAGE_FILESYSTEM_ROOT: '/below' };
    expect(withFreshRoot(folder).STOWAGE_STORAGE_FILESYSTEM_ROOT).toMatch(new RegExp(`^/below/${UUID}$`));
  });

  it.each(['inmemory', ''])('cannot have the driver %j, which processes cannot share', (driver) => {
    expect(() => withFreshRoot({ STOWAGE_STORAGE_DRIVER: driver })).toThrow('driver');
  });
});

describe('namesStorage', () => {
  it.each([
    [{ STOWAGE_STORAGE_FILESYSTEM_ROOT: '/root' }, true],
    [{ STOWAGE_STORAGE_DRIVER: 'inmemory' }, true],
    [{ STOWAGE_HTTP_PORT: '0' }, false],
  ])('of %j is %s', (settings, expected) => {
    expect(namesStorage(settings as Record<string, string>)).toBe(expected);
  });
});
