/**
 * Runs works, so many at a time, and gives their results in the order of the items. Where one fails, no other is begun;
 * rejects with its error when those that run have ended, so that nothing goes on behind the caller's back.
 */
export async function eachOf<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const left = items.entries();
  let hasFailed = false;
  const run = async () => {
    for (const [i, item] of left) {
      if (hasFailed) return;
      try {
        results[i] = await work(item, i);
      } catch (error) {
        hasFailed = true;
        throw error;
      }
    }
  };
  const runs = await Promise.allSettled(Array.from({ length: Math.min(atOnce, items.length) }, run));
  const failed = runs.find((run) => run.status === 'rejected');
  if (failed) throw failed.reason;
  return results;
}
