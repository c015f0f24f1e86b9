import { describe, expect, it } from '@jest/globals';
import { environmentName, settingPaths } from './setting-schema.js';

describe('environmentName', () => {
  it.each([
    ['http.port', 'STOWAGE_HTTP_PORT'],
    ['http.idleTimeout', 'STOWAGE_HTTP_IDLE_TIMEOUT'],
    ['storage.filesystem.root', 'STOWAGE_STORAGE_FILESYSTEM_ROOT'],
  ])('of %s is %s', (path, name) => {
    expect(environmentName(path.split('.'))).toBe(name);
  });

  it('differs for every setting', () => {
    const names = settingPaths().map(environmentName);
    expect(new Set(names).size).toBe(names.length);
  });
});
