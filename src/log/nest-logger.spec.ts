import { describe, expect, it } from '@jest/globals';
import { Logger as NestOwnLogger } from '@nestjs/common';
import { createLogger } from './create-logger.js';
import { NestLogger } from './nest-logger.js';

/** Lets Nest log through the logger and returns the lines. */
function logged(act: (nest: NestOwnLogger) => void): Record<string, unknown>[] {
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger({ level: 'trace', format: 'json' }, { write: (line) => lines.push(JSON.parse(line)) });
  NestOwnLogger.overrideLogger(new NestLogger(logger));
  act(new NestOwnLogger('RoutesResolver'));
  return lines;
}

describe('NestLogger', () => {
  it.each([
    ['verbose', 'trace'],
    ['debug', 'debug'],
    ['log', 'debug'],
    ['warn', 'warn'],
    ['error', 'error'],
    ['fatal', 'fatal'],
  ] as const)('writes what Nest logs by %s at level %s, with its context', (method, level) => {
    const lines = logged((nest) => nest[method]('mapped'));
    expect(lines).toEqual([{ level, time: expect.any(Number), context: 'RoutesResolver', msg: 'mapped' }]);
  });

  it('writes an error with its stack', () => {
    const error = new Error('disk');
    const [line] = logged((nest) => nest.error(error));
    expect(line).toMatchObject({ context: 'RoutesResolver', err: { message: 'disk', stack: error.stack } });
  });

  it('tells a stack from a context', () => {
    const stack = String(new Error('disk').stack);
    const lines = logged((nest) => {
      nest.error('failed', stack);
      NestOwnLogger.error('failed', stack);
    });
    expect(lines).toMatchObject([
      { stack, context: 'RoutesResolver', msg: 'failed' },
      { stack, msg: 'failed' },
    ]);
    expect(lines[1]).not.toHaveProperty('context');
  });

  it('writes what is no text as a field', () => {
    const [line] = logged((nest) => nest.warn({ routes: 3 }));
    expect(line).toMatchObject({ level: 'warn', detail: { routes: 3 } });
  });
});
