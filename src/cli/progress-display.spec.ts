import { Writable } from 'node:stream';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { BarDisplay, LineDisplay } from './progress-display.js';

const state = (part: string, value: number) => ({ part, value, total: 4, text: `${value} of 4` });

describe('progress', () => {
  let stream: Writable;
  let text: string;

  beforeEach(() => {
    text = '';
    const write = (chunk: Buffer, _encoding: string, done: () => void) => {
      text += chunk;
      done();
    };
    stream = new Writable({ write });
  });

  /** What was written since it was last asked for. */
  function written(): string {
    const since = text;
    text = '';
    return since;
  }

  describe('as lines', () => {
    it('is told at the end of each part', () => {
      const display = new LineDisplay(stream, () => 0);
      for (const value of [1, 2, 4]) display.show(state('blobs', value));
      expect(written()).toBe('');
      display.show(state('links', 1));
      expect(written()).toBe('blobs: 4 of 4\n');
      display.end();
      expect(written()).toBe('links: 1 of 4\n');
      display.end();
      expect(written()).toBe('');
    });

    it('is told on the way, every ten seconds', () => {
      let now = 0;
      const display = new LineDisplay(stream, () => now);
      for (now of [5_000, 10_000, 15_000, 19_999, 20_000]) display.show(state('blobs', now / 10_000));
      expect(written()).toBe('blobs: 1 of 4\nblobs: 2 of 4\n');
    });
  });

  describe('as a bar', () => {
    beforeEach(() => {
      Object.assign(stream, { isTTY: true, columns: 120 });
    });

    it('has one line for each part, that ends where the part ended', () => {
      const display = new BarDisplay(stream);
      display.show(state('blobs', 1));
      display.show(state('blobs', 4));
      display.show(state('links', 2));
      display.end();
      const [blobs = '', links = '', ...rest] = written().split('\n');
      expect(blobs).toContain('blobs [============] 100% 4 of 4 | ');
      expect(links).toContain('links [======------] 50% 2 of 4 | ');
      expect(rest).toEqual(['']);
    });

    it('needs nothing put right when the process dies: the cursor and the breaking of lines stay as they are', () => {
      const display = new BarDisplay(stream);
      display.show(state('blobs', 1));
      const [hideCursor, breakNoLines] = ['\x1b[?25l', '\x1b[?7l'];
      for (const code of [hideCursor, breakNoLines]) expect(text).not.toContain(code);
      display.end();
    });
  });
});
