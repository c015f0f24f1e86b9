import { describe, expect, it } from '@jest/globals';
import { parseStorageOptions } from './options.js';
import { SERVER_NAMES } from './servers.js';

describe('the options of the storage tests', () => {
  it('run everything but what takes the night, on every server', () => {
    const { size, plans } = parseStorageOptions([]);
    expect(size).toBe('full');
    expect(plans.map(({ server }) => server)).toEqual(SERVER_NAMES);
    expect(new Set(plans.map(({ suites }) => suites.join()))).toEqual(new Set(['contract,e2e,conformance,faults']));
  });

  it('run the contract of each driver at least when it has to be short', () => {
    const { size, plans } = parseStorageOptions(['--short']);
    expect(size).toBe('short');
    expect(plans).toEqual([
      { server: 'versitygw', suites: ['contract', 'conformance'] },
      { server: 'azurite', suites: ['contract'] },
      { server: 'fake-gcs', suites: ['contract'] },
    ]);
  });

  it('run large transfers at night, on servers that hold them', () => {
    expect(parseStorageOptions(['--nightly']).plans).toEqual([
      { server: 'versitygw', suites: ['large'] },
      { server: 'ceph-rgw', suites: ['large'] },
    ]);
  });

  it('run what is asked for', () => {
    const { plans } = parseStorageOptions(['--servers', 'azurite, moto', '--only', 'faults', '--short']);
    expect(plans).toEqual([
      { server: 'azurite', suites: ['faults'] },
      { server: 'moto', suites: ['faults'] },
    ]);
  });

  it.each([
    [['--servers', 'minio'], 'there is no server minio'],
    [['--only', 'unit'], 'there is no suite unit'],
    [['--short', '--nightly'], 'exclude each other'],
    [['--fast'], 'Unknown option'],
  ])('refuse %j', (args, message) => {
    expect(() => parseStorageOptions(args)).toThrow(message);
  });
});
