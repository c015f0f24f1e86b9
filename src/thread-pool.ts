/** About as many as there are syncs of one image that need not wait for each other, of a few clients. */
const THREADS = 32;

/**
 * Gives Node's thread pool enough threads, unless the user says how many. A thread that waits for the disk does nothing
 * else, and what waits at the same time a file system writes at once; with the four threads that are usual, pushes wait
 * for each other, and pulls for pushes. Works only before the pool is used for the first time.
 */
export function useManyThreads(): void {
  // In words that an old Node understands, which has to read this before it is told that it is too old.
  if (process.env.UV_THREADPOOL_SIZE === undefined) process.env.UV_THREADPOOL_SIZE = String(THREADS);
}
