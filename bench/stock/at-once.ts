/** How many things of a stock are made at a time. */
export const SHELF_WORKERS = 16;

/** Runs `work` for each item, `SHELF_WORKERS` at a time. */
export async function atOnce<T>(items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  const waiting = items[Symbol.iterator]();
  const worker = async () => {
    for (let next = waiting.next(); !next.done; next = waiting.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: SHELF_WORKERS }, worker));
}
