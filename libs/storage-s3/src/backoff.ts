import { setTimeout } from 'node:timers/promises';

const FIRST = 100;
const LONGEST = 5_000;

/** Waits before another attempt, longer and longer, and each caller another time. */
export async function backOff(attempt: number, signal?: AbortSignal): Promise<void> {
  const milliseconds = Math.random() * Math.min(FIRST * 2 ** attempt, LONGEST);
  await setTimeout(milliseconds, undefined, signal && { signal });
}
