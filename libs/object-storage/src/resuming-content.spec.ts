import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { ResumingContent, type Resumption } from './resuming-content.js';

const CONTENT = Buffer.from(Array.from({ length: 1000 }, (_, i) => i % 251));

/** So much that a connection that brings it counts as one that works. */
const MUCH = 64 * 1024;

/** A connection that brings so many bytes from an offset on, and then breaks, or ends as if that were all. */
function connection(offset: number, bytes: number, end: 'breaks' | 'ends' = 'breaks'): Readable {
  const stream = new PassThrough();
  if (bytes > 0) stream.write(CONTENT.subarray(offset, offset + bytes));
  if (end === 'ends') stream.end();
  else setImmediate().then(() => stream.destroy(new Error('reset')));
  return stream;
}

function contentOf(first: Readable, open: Resumption['open']): ResumingContent {
  const failure = (cause: Error) => new Error('gave up', { cause });
  return new ResumingContent(first, { length: CONTENT.length, open, maxBreaks: 3, failure });
}

describe('ResumingContent', () => {
  it('gives what comes over one connection', async () => {
    const content = contentOf(connection(0, 1000, 'ends'), () => Promise.reject(new Error('opened again')));
    expect(await buffer(content)).toEqual(CONTENT);
  });

  it.each(['breaks', 'ends'] as const)('goes on from where a connection %s', async (end) => {
    const offsets: number[] = [];
    const content = contentOf(connection(0, 100, end), async (offset) => {
      offsets.push(offset);
      return connection(offset, 300, end);
    });
    expect(await buffer(content)).toEqual(CONTENT);
    expect(offsets).toEqual([100, 400, 700]);
  });

  it('gives nothing where there is nothing, and lets go of the connection', async () => {
    const first = new PassThrough();
    first.end();
    const content = new ResumingContent(first, {
      length: 0,
      maxBreaks: 1,
      failure: (cause) => cause,
      open: () => Promise.reject(new Error('opened again')),
    });
    expect(await buffer(content)).toHaveLength(0);
    if (!first.closed) await once(first, 'close');
  });

  it('gives up when connections bring nothing, and says why', async () => {
    let opened = 0;
    const content = contentOf(connection(0, 100), async (offset) => {
      opened++;
      return connection(offset, 0);
    });
    await expect(buffer(content)).rejects.toMatchObject({ message: 'gave up', cause: { message: 'reset' } });
    expect(opened).toBe(3);
  });

  it('counts only connections in a row that bring little, and says how many there were', async () => {
    const breaks: number[] = [];
    const sizes = [1, MUCH, 1, MUCH, MUCH];
    const bring = (bytes: number) =>
      Readable.from(
        (async function* () {
          yield Buffer.alloc(bytes);
          throw new Error('reset');
        })(),
      );
    const content = new ResumingContent(bring(1), {
      length: sizes.reduce((sum, size) => sum + size, 1),
      maxBreaks: 2,
      failure: (cause) => cause,
      open: async (_offset, broken) => {
        breaks.push(broken);
        return bring(sizes.shift() ?? 0);
      },
    });
    await buffer(content);
    expect(breaks).toEqual([1, 2, 1, 2, 1]);
  });

  it('tells whoever opens a connection that nobody wants it any more', async () => {
    const asked = Promise.withResolvers<AbortSignal>();
    const content = contentOf(connection(0, 10), (_offset, _breaks, abandoned) => {
      asked.resolve(abandoned);
      return Promise.withResolvers<Readable>().promise;
    });
    content.resume();
    const abandoned = await asked.promise;
    expect(abandoned.aborted).toBe(false);
    content.destroy();
    expect(abandoned.aborted).toBe(true);
  });

  it('errs with the reason why it cannot go on', async () => {
    const content = contentOf(connection(0, 100), () => Promise.reject(new Error('replaced')));
    await expect(buffer(content)).rejects.toThrow('replaced');
  });

  it('errs when more comes than there should be', async () => {
    const first = new PassThrough();
    first.end(Buffer.alloc(1001));
    const content = contentOf(first, () => Promise.reject(new Error('opened again')));
    await expect(buffer(content)).rejects.toThrow('gave up');
  });

  it('does not go on while nobody reads', async () => {
    const first = new PassThrough();
    let opened = 0;
    const content = new ResumingContent(first, {
      length: 2_000_000,
      maxBreaks: 1,
      failure: (cause) => cause,
      open: async () => {
        opened++;
        const rest = new PassThrough({ highWaterMark: 2_000_000 });
        rest.end(Buffer.alloc(1_000_000));
        return rest;
      },
    });
    content.read(0);
    const full = once(first, 'pause');
    first.write(Buffer.alloc(1_000_000));
    await full;
    first.destroy(new Error('timeout'));
    await new Promise((resolve) => first.once('close', resolve));
    expect(opened).toBe(0);
    expect((await buffer(content)).length).toBe(2_000_000);
    expect(opened).toBe(1);
  });

  it('lets go of its connection when it is destroyed', async () => {
    const first = new PassThrough();
    const content = contentOf(first, () => Promise.reject(new Error('opened again')));
    content.destroy();
    await once(first, 'close');
    expect(content.errored).toBeNull();
  });

  it('lets go of a connection that comes when it was destroyed', async () => {
    const { promise, resolve } = Promise.withResolvers<Readable>();
    const asked = Promise.withResolvers<void>();
    const content = contentOf(connection(0, 10), () => {
      asked.resolve();
      return promise;
    });
    content.resume();
    await asked.promise;
    content.destroy();
    const late = new PassThrough();
    resolve(late);
    await once(late, 'close');
  });
});
