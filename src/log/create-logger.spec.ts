import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { createLogger } from './create-logger.js';

const LINES = 5_000;
const WRITE_LINES = `for (let number = 0; number < ${LINES}; number++) logger.info({ number }, 'x'.repeat(100));`;

/** Runs a script that has a `logger` in a process of its own. Node itself strips the types of our modules. */
function run(format: 'auto' | 'pretty' | 'json', script: string): ChildProcessWithoutNullStreams {
  const program = `
    import { registerHooks } from 'node:module';
    const ours = ({ parentURL }) => parentURL?.endsWith('.ts');
    registerHooks({ resolve: (name, context, next) => next(ours(context) ? name.replace(/^(\\..*)js$/, '$1ts') : name, context) });
    const { createLogger } = await import('${new URL('create-logger.ts', import.meta.url)}');
    const logger = createLogger({ level: 'info', format: '${format}' });
    ${script}`;
  return spawn(process.execPath, ['--input-type=module', '--eval', program], { env: { NO_COLOR: '1' } });
}

describe('createLogger', () => {
  it('writes lines of JSON with level and time, from the level of the configuration up', () => {
    const lines: string[] = [];
    const logger = createLogger({ level: 'warn', format: 'json' }, { write: (line) => lines.push(line) });
    logger.info('hidden');
    logger.warn({ digest: 'sha256:0' }, 'shown');
    const [line, ...others] = lines.map((written) => JSON.parse(written));
    expect(line).toEqual({ level: 'warn', time: expect.any(Number), digest: 'sha256:0', msg: 'shown' });
    expect(others).toEqual([]);
  });

  it.each([
    ['json', 'when nothing is left to do', ''],
    ['json', 'by process.exit', 'process.exit(3);'],
    ['json', 'by an error that nobody catches', 'throw new Error();'],
    ['pretty', 'by process.exit', 'process.exit(3);'],
  ] as const)('loses no line of %s when the process ends %s', async (format, _way, end) => {
    const lines = (await text(run(format, WRITE_LINES + end).stdout)).trimEnd().split('\n');
    expect(lines).toHaveLength(LINES);
    expect(lines.at(-1)).toContain(`"number":${LINES - 1}`);
  });

  it('writes JSON where stdout is no terminal', async () => {
    const output = await text(run('auto', `logger.info('started');`).stdout);
    expect(JSON.parse(output)).toMatchObject({ level: 'info', msg: 'started' });
  });

  it('keeps no more than a bounded backlog for a reader who has stopped reading', async () => {
    const script = `
      for (let line = 0; line < 200; line++) logger.info('x'.repeat(1024 ** 2));
      console.error(process.memoryUsage().rss);
      process.kill(process.pid, 'SIGKILL');`;
    expect(Number(await text(run('json', script).stderr))).toBeLessThan(180 * 1024 ** 2);
  });

  it('writes what a person looks for, when pretty', async () => {
    const script = `
      logger.warn({ digest: 'sha256:0' }, 'missing');
      const entry = { method: 'GET', path: '/v2/', status: 200, bytes: 90, duration: 1.5, requestId: 'a', userAgent: 'b' };
      logger.info(entry, 'request');`;
    const output = await text(run('pretty', script).stdout);
    const time = '\\[\\d\\d:\\d\\d:\\d\\d\\.\\d{3}\\]';
    expect(output).toMatch(
      RegExp(`^${time} WARN: missing {"digest":"sha256:0"}\n${time} INFO: GET /v2/ 200, 90 bytes, 1.5 ms\n$`),
    );
  });
});
