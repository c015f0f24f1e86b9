import { describe, expect, it } from '@jest/globals';
import { createRegistryConfig, type RegistryConfigInput } from '../config/index.js';
import type { Logger } from '../log/index.js';
import { requireExclusion } from './require-exclusion.js';

const S3: RegistryConfigInput['storage'] = { driver: 's3', s3: { bucket: 'content' } };

/** What is logged. */
function warnings(acrossProcesses: boolean, input: RegistryConfigInput): string[] {
  const lines: string[] = [];
  const { storage, http } = createRegistryConfig(input);
  requireExclusion({ acrossProcesses }, storage, http, {
    warn: (line: string) => lines.push(line),
  } as unknown as Logger);
  return lines;
}

describe('requireExclusion', () => {
  it('has nothing to say where locks exclude other processes, or there are none', () => {
    expect(warnings(true, { http: { workers: 2 } })).toEqual([]);
    expect(warnings(true, { http: { workers: 2 }, storage: S3 })).toEqual([]);
    expect(warnings(false, { storage: { driver: 'inmemory' } })).toEqual([]);
  });

  it('warns where only one process may be on the storage', () => {
    expect(warnings(false, {})).toEqual([expect.stringContaining('this platform')]);
    expect(warnings(false, { storage: S3 })).toEqual([expect.stringContaining('this store')]);
  });

  it('refuses workers on such a store', () => {
    expect(() => warnings(false, { http: { workers: 2 }, storage: S3 })).toThrow('http.workers must be 1');
  });
});
