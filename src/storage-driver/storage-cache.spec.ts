import { Writable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { StorageDriver } from '#libs/storage';
import { createRegistryConfig, RegistryConfigModule } from '../config/index.js';
import { createLogger, LogModule } from '../log/index.js';
import { StorageCache, StorageDriverModule } from './index.js';

async function open(maxSize: number) {
  const config = createRegistryConfig({ storage: { driver: 'inmemory' }, cache: { maxSize } });
  const logger = createLogger(config.log, new Writable());
  const imports = [RegistryConfigModule.forRoot(config), LogModule.forRoot(logger), StorageDriverModule];
  const module = await Test.createTestingModule({ imports }).compile();
  return { driver: module.get(StorageDriver), cache: module.get(StorageCache) };
}

describe('StorageCache', () => {
  it('tells of the driver that all services share', async () => {
    const { driver, cache } = await open(1024 ** 2);
    await driver.putContent('/a', Buffer.from('content'));
    for (let time = 0; time < 3; time++) await driver.getContent('/a');
    expect(cache.statistics).toEqual({
      contents: { hits: 3, misses: 0, entries: 1, bytes: expect.any(Number) },
      infos: { hits: 0, misses: 0, entries: 0 },
      lists: { hits: 0, misses: 0, entries: 0 },
    });
  });

  it('tells of nothing where nothing is kept', async () => {
    expect((await open(0)).cache.statistics).toBeNull();
  });
});
