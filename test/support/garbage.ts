import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Collects all garbage at once. */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
}

/** Bytes of JavaScript objects that somebody still refers to. */
export function liveHeap(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}
