/** What was made of one of several things. */
export interface Seen<T, R> {
  readonly item: T;
  readonly result: R;
}

/**
 * Makes something of each item, of up to `ahead` of them at a time, and gives the results in the order of the items. Of
 * those behind the last one that is asked for, up to `ahead` were begun for nothing; their failures are nobody's.
 */
export async function* lookAhead<T, R>(
  items: AsyncIterable<T> | Iterable<T>,
  ahead: number,
  make: (item: T) => Promise<R>,
): AsyncGenerator<Seen<T, R>> {
  const begun: Promise<Seen<T, R>>[] = [];
  for await (const item of items) {
    const making = make(item).then((result) => ({ item, result }));
    making.catch(() => undefined);
    begun.push(making);
    if (begun.length === ahead) yield (await begun.shift()) as Seen<T, R>;
  }
  for (const making of begun) yield await making;
}
