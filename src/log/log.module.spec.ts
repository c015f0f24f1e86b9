import { describe, expect, it } from '@jest/globals';
import { Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { createLogger } from './create-logger.js';
import { LogModule } from './log.module.js';
import { Logger } from './logger.js';

@Injectable()
class Writer {
  constructor(readonly logger: Logger) {}
}

@Module({ providers: [Writer] })
class FeatureModule {}

describe('LogModule', () => {
  it('gives the log of the process by type to every module', async () => {
    const logger = createLogger({ level: 'info', format: 'json' }, { write: () => undefined });
    const module = await Test.createTestingModule({ imports: [LogModule.forRoot(logger), FeatureModule] }).compile();
    expect(module.get(Writer, { strict: false }).logger).toBe(logger);
  });
});
