import { describe, expect, it } from '@jest/globals';
import { PathNotFoundError, StorageUnavailableError } from '#libs/storage';
import { StoreCalls } from './store-calls.js';

describe('StoreCalls', () => {
  const calls = new StoreCalls('test', 3, (error) => error instanceof RangeError);

  it('tries again what may pass, and tells the tries apart', async () => {
    const tries: boolean[] = [];
    const answer = await calls.call('read', async (isFirst) => {
      tries.push(isFirst);
      if (tries.length < 3) throw new RangeError('busy');
      return 'done';
    });
    expect(answer).toBe('done');
    expect(tries).toEqual([true, false, false]);
  });

  it('gives up after so many tries', async () => {
    let tries = 0;
    const call = calls.call('read', async () => {
      tries++;
      throw new RangeError('busy');
    });
    await expect(call).rejects.toThrow(StorageUnavailableError);
    await expect(call).rejects.toMatchObject({ driver: 'test', operation: 'read', cause: { message: 'busy' } });
    expect(tries).toBe(3);
  });

  it('does not try again what will not pass', async () => {
    let tries = 0;
    const call = calls.call('read', async () => {
      tries++;
      throw new TypeError('refused');
    });
    await expect(call).rejects.toThrow(StorageUnavailableError);
    expect(tries).toBe(1);
  });

  it('passes on what is an answer to the caller', async () => {
    const call = calls.call('read', () => Promise.reject(new PathNotFoundError('/a')));
    await expect(call).rejects.toThrow(PathNotFoundError);
  });
});
