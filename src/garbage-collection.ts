import { setFlagsFromString } from 'node:v8';

/** The first version of Node whose V8 has the flag. */
const MAJOR = 26;

/**
 * Counts the bytes of buffers towards the limit of the whole heap. Without it V8 marks the heap again for every hundred
 * megabytes that pass through buffers, which they do without ever reaching it: at a large push, more than a third of
 * all processor time went into that (docs/performance.md).
 */
export function tuneGarbageCollection(): void {
  if (Number.parseInt(process.versions.node, 10) < MAJOR) return;
  setFlagsFromString('--external-memory-accounted-in-global-limit');
}
