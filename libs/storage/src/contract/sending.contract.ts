import { once } from 'node:events';
import { Writable } from 'node:stream';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { InvalidOffsetError, PathNotFoundError, SinkClosedError, TruncatedFileError } from '../storage-error.js';
import { bytes, everyByte, type GetDriver } from './support.contract.js';

/**
 * Keeps what it takes, a chunk at a time. Looks at a chunk only a while after it has got it, like a slow network, which
 * finds out whoever changes it too early.
 */
class Sink extends Writable {
  private readonly chunks: Buffer[] = [];
  private received = 0;

  /** Calls `onChunk` with the bytes so far, and takes no further chunk where that returns false. */
  constructor(private readonly onChunk: (received: number) => boolean = () => true) {
    super({ highWaterMark: 1 });
  }

  get content(): Buffer {
    return Buffer.concat(this.chunks);
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: () => void): void {
    setImmediate(() => {
      this.chunks.push(Buffer.from(chunk));
      this.received += chunk.length;
      if (this.onChunk(this.received)) callback();
    });
  }
}

export function describeSending(driver: GetDriver): void {
  describe('send', () => {
    const content = everyByte(3_000_000);
    beforeEach(() => driver().putContent('/dir/file', content));

    async function sent(path: string, ...range: number[]): Promise<Buffer> {
      const sink = new Sink();
      await driver().send(path, sink, ...range);
      return sink.content;
    }

    it('hands over the whole file when no offset is given', async () => {
      expect(content.equals(await sent('/dir/file'))).toBe(true);
    });

    it.each([0, 1, 65_536, 524_288, 1_048_577, 2_999_999])('hands over from offset %d to the end', async (offset) => {
      expect(content.subarray(offset).equals(await sent('/dir/file', offset))).toBe(true);
    });

    it.each([
      [0, 0],
      [0, 1],
      [10, 1_500_000],
      [524_287, 2],
      [2_999_999, 1],
      [0, 3_000_000],
    ])('hands over from offset %d as many as %d bytes', async (offset, length) => {
      const expected = content.subarray(offset, offset + length);
      expect(expected.equals(await sent('/dir/file', offset, length))).toBe(true);
    });

    it('hands over nothing of an empty file, and from an offset past the end', async () => {
      await driver().putContent('/empty', bytes(''));
      expect(await sent('/empty')).toHaveLength(0);
      expect(await sent('/empty', 0, 0)).toHaveLength(0);
      expect(await sent('/dir/file', 3_000_000)).toHaveLength(0);
      expect(await sent('/dir/file', 4_000_000)).toHaveLength(0);
      expect(await sent('/dir/file', 4_000_000, 0)).toHaveLength(0);
    });

    it('resolves when the sink has taken all, and does not end it', async () => {
      const sink = new Sink();
      await driver().send('/dir/file', sink, 0, 10);
      sink.write(' between ');
      await driver().send('/dir/file', sink, 5, 1_000_000);
      expect([sink.writableEnded, sink.destroyed, sink.writableLength]).toEqual([false, false, 0]);
      const expected = [content.subarray(0, 10), bytes(' between '), content.subarray(5, 1_000_005)];
      expect(Buffer.concat(expected).equals(sink.content)).toBe(true);
    });

    it('leaves no listener on the sink', async () => {
      const sink = new Sink();
      const listeners = () => sink.eventNames().map((event) => [event, sink.listenerCount(event)]);
      const before = listeners();
      await driver().send('/dir/file', sink);
      expect(listeners()).toEqual(before);
    });

    it('serves many at the same time, each from its own offset', async () => {
      const offsets = Array.from({ length: 80 }, (_, i) => i * 30_001);
      const received = await Promise.all(offsets.map((offset) => sent('/dir/file', offset)));
      expect(offsets.every((offset, i) => received[i]?.equals(content.subarray(offset)))).toBe(true);
    });

    it.each<[string, () => Promise<void>]>([
      ['replaced', () => driver().putContent('/dir/file', bytes('new'))],
      ['deleted', () => driver().delete('/dir/file')],
    ])('goes on with the old content when the file is %s meanwhile', async (_, change) => {
      let changing: Promise<void> | null = null;
      const sink = new Sink(() => {
        changing ??= change();
        return true;
      });
      await driver().send('/dir/file', sink);
      await changing;
      expect(content.equals(sink.content)).toBe(true);
    });

    it.each(['/missing', '/dir', '/dir/file/below'])('rejects %s, where no file is', async (path) => {
      const sink = new Sink();
      await expect(driver().send(path, sink)).rejects.toThrow(PathNotFoundError);
      await expect(driver().send(path, sink, 5, 0)).rejects.toMatchObject({ path });
      expect([sink.destroyed, sink.content.length]).toEqual([false, 0]);
    });

    it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])('rejects the offset %d', async (offset) => {
      await expect(sent('/dir/file', offset)).rejects.toThrow(InvalidOffsetError);
    });

    it.each([
      [0, 3_000_001],
      [2_999_999, 2],
      [3_000_000, 1],
      [5_000_000, 10],
    ])('rejects when from offset %d there are not %d bytes', async (offset, length) => {
      const sink = new Sink();
      const sending = driver().send('/dir/file', sink, offset, length);
      await expect(sending).rejects.toThrow(TruncatedFileError);
      await expect(sending).rejects.toMatchObject({ path: '/dir/file', size: offset + length });
      expect(sink.content.equals(content.subarray(offset, offset + sink.content.length))).toBe(true);
    });
  });

  describe('send to a sink that closes early', () => {
    const content = everyByte(3_000_000);
    beforeEach(() => driver().putContent('/file', content));

    it('rejects with SinkClosedError when the sink was closed before', async () => {
      const [ended, destroyed] = [new Sink(), new Sink()];
      await once(ended.end(), 'close');
      await once(destroyed.destroy(), 'close');
      for (const sink of [ended, destroyed, new Sink().end(), new Sink().destroy()]) {
        const sending = driver().send('/file', sink);
        await expect(sending).rejects.toThrow(SinkClosedError);
        await expect(sending).rejects.toMatchObject({ path: '/file' });
      }
    });

    it('rejects with SinkClosedError when the sink closes while it takes a chunk', async () => {
      const sink: Sink = new Sink(() => !sink.destroy());
      await expect(driver().send('/file', sink)).rejects.toThrow(SinkClosedError);
    });

    it('rejects with SinkClosedError when the sink closes while others wait for it', async () => {
      const sink: Sink = new Sink((received) => received < 1_000_000);
      const sending = Promise.allSettled([driver().send('/file', sink), driver().send('/file', sink)]);
      setImmediate(() => sink.destroy());
      for (const outcome of await sending) expect(outcome).toMatchObject({ reason: expect.any(SinkClosedError) });
    });

    it('rejects with the error of the sink, and leaves none unheard', async () => {
      const failure = new Error('broken');
      const broken: Sink = new Sink(() => !broken.destroy(failure));
      await expect(driver().send('/file', broken)).rejects.toBe(failure);
      const refusing = new Writable({ write: (_chunk, _encoding, callback) => callback(failure) });
      await expect(driver().send('/file', refusing)).rejects.toBe(failure);
      await expect(driver().send('/file', refusing)).rejects.toBe(failure);
    });

    it('serves others unharmed', async () => {
      const served = [new Sink(), new Sink(), new Sink()];
      const sending = served.map((sink) => driver().send('/file', sink));
      for (let i = 0; i < 10; i++) {
        const sink: Sink = new Sink(() => !sink.destroy());
        await expect(driver().send('/file', sink)).rejects.toThrow(SinkClosedError);
      }
      await Promise.all(sending);
      for (const sink of served) expect(content.equals(sink.content)).toBe(true);
    });
  });
}
