import { LRUCache } from 'lru-cache';

export interface CacheBounds<V> {
  /** How many values are kept. */
  readonly entries: number;
  /** What they may take together, in any unit; as many as `entries` where all are alike. */
  readonly size?: number;
  /** What one of them may take; a larger one is not kept. */
  readonly largest?: number;
  sizeOf?(value: V, key: string): number;
}

/**
 * A cache of what was used last. Its tables grow with what is in it, while an `LRUCache` that is told a `max` makes them
 * for so many entries at once, which are megabytes. So the number is bounded through the size: no entry counts for less
 * than its share of it.
 */
export function boundedCache<V extends object | string>(bounds: CacheBounds<V>): LRUCache<string, V> {
  const { entries, size = entries, largest = size, sizeOf = () => 1 } = bounds;
  const share = Math.ceil(size / entries);
  return new LRUCache({
    maxSize: size,
    sizeCalculation: (value, key) => {
      const own = sizeOf(value, key);
      return own > largest ? size + 1 : Math.min(Math.max(own, share), size);
    },
  });
}
