import { Transform } from 'node:stream';

/**
 * Passes on so many bytes and calls `cut` before the next one, or at the end of a shorter body. Nothing comes out behind
 * that, and no end either.
 */
export function cutAfter(bytes: number, cut: () => void): Transform {
  let left = Math.floor(bytes);
  let isCut = false;
  const cutOnce = (): void => {
    if (!isCut) cut();
    isCut = true;
  };
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      const kept = chunk.subarray(0, left);
      left -= kept.length;
      if (kept.length === chunk.length) return done(null, kept);
      // What is kept has to be on its way before the connection goes.
      done(null, kept);
      setImmediate(cutOnce);
    },
    // Never called back: what was cut has no end.
    flush: cutOnce,
  });
}
