import { type DynamicModule, Global, Module } from '@nestjs/common';
import { Logger } from './logger.js';

/** Provides the log of the process by type to every module. */
@Global()
@Module({})
export class LogModule {
  static forRoot(logger: Logger): DynamicModule {
    return { module: LogModule, providers: [{ provide: Logger, useValue: logger }], exports: [Logger] };
  }
}
