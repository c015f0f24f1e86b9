import { isNativeError } from 'node:util/types';
import type { LoggerService } from '@nestjs/common';
import type { Logger } from './logger.js';

/** Hands on what Nest itself logs. Its `log` lines tell how modules and routes are wired: they are for debugging. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  log(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  /** The arguments after the message are a stack and a context (the class that logs), either of which may be missing. */
  private write(level: keyof Logger, message: unknown, rest: unknown[]): void {
    const texts = rest.filter((text) => typeof text === 'string');
    const context = texts.findLast((text) => !text.includes('\n'));
    const stack = texts.find((text) => text.includes('\n'));
    if (isNativeError(message)) this.logger[level]({ context, err: message });
    else if (typeof message === 'string') this.logger[level]({ context, stack }, message);
    else this.logger[level]({ context, stack, detail: message });
  }
}
