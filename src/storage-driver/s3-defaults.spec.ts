import { describe, expect, it } from '@jest/globals';
import { createRegistryConfig, type RegistryConfigInput } from '../config/index.js';
import { s3Defaults } from './s3-defaults.js';

const defaultsOf = (s3: NonNullable<NonNullable<RegistryConfigInput['storage']>['s3']>) =>
  s3Defaults(createRegistryConfig({ storage: { s3 } }).storage.s3);

describe('s3Defaults', () => {
  it('copies in parts at Amazon, where the bucket is in the host name', () => {
    expect(defaultsOf({})).toEqual({ copyThreshold: 32 * 1024 ** 2, pathStyle: false });
  });

  it('copies whole elsewhere, where the bucket is in the path', () => {
    const endpoint = 'http://127.0.0.1:7070';
    expect(defaultsOf({ endpoint })).toEqual({ copyThreshold: 5 * 1024 ** 3, pathStyle: true });
  });

  it('keeps what is set', () => {
    const [copyThreshold, endpoint] = [1024 ** 3, 'http://127.0.0.1:7070'];
    expect(defaultsOf({ copyThreshold, pathStyle: true })).toEqual({ copyThreshold, pathStyle: true });
    expect(defaultsOf({ copyThreshold, endpoint, pathStyle: false })).toEqual({ copyThreshold, pathStyle: false });
  });
});
