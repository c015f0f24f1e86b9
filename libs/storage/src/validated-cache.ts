import type { LRUCache } from 'lru-cache';
import { boundedCache, type CacheBounds } from './bounded-cache.js';
import type { ChangeCounters } from './change-counters.js';

/** What one cache has done since the process began. */
export interface CacheStatistics {
  /** How often what was asked for was there. */
  readonly hits: number;
  /** How often it was not there, or out of date. */
  readonly misses: number;
  /** Paths of which something is kept now. */
  readonly entries: number;
}

/** What was read, and the counts of changes before it was read: it is valid as long as they are the same. */
interface Entry<T> {
  readonly value: T;
  readonly counts: readonly Count[];
}

export interface Count {
  readonly slot: number;
  readonly changes: number;
}

interface KeepOptions<T> {
  readonly keepIf?: (value: T) => boolean;
}

const always = () => true;

/** Keeps what was read of paths as long as no change is counted of what it depends on; the least used goes first. */
export class ValidatedCache<T extends object> {
  private readonly entries: LRUCache<string, Entry<T>>;
  private hits = 0;
  private misses = 0;

  constructor(
    private readonly changes: ChangeCounters,
    /** The keys under which the changes count that what was read of a path depends on. */
    private readonly keysOf: (path: string) => readonly string[],
    bounds: CacheBounds<T>,
  ) {
    const { sizeOf = () => 1, ...others } = bounds;
    this.entries = boundedCache<Entry<T>>({ ...others, sizeOf: ({ value }, path) => sizeOf(value, path) });
  }

  get statistics(): CacheStatistics {
    return { hits: this.hits, misses: this.misses, entries: this.entries.size };
  }

  /** What counts towards the bound on the size. */
  get size(): number {
    return this.entries.calculatedSize;
  }

  /** What is kept of `path`, or else what `read` gives, which is kept unless `keepIf` says otherwise. */
  async get(path: string, read: () => Promise<T>, { keepIf = always }: KeepOptions<T> = {}): Promise<T> {
    const known = this.find(path);
    if (known !== undefined) return known;
    this.misses++;
    const counts = this.countsOf(path);
    const value = await read();
    if (keepIf(value)) this.entries.set(path, { value, counts });
    return value;
  }

  /** What is kept of `path`, if it is still valid. Where nothing is, that counts as no miss yet: `get` may follow. */
  find(path: string): T | undefined {
    const known = this.entries.get(path);
    if (known?.counts.every(({ slot, changes }) => this.changes.at(slot) === changes)) {
      this.hits++;
      return known.value;
    }
    return undefined;
  }

  /** How often what `path` depends on has changed by now. */
  countsOf(path: string): Count[] {
    return this.keysOf(path).map((key) => this.count(key));
  }

  /** Keeps what `path` was changed to, if since `before` nothing was counted but one change of `path`. */
  keepChanged(path: string, value: T, before: readonly Count[]): void {
    const own = this.changes.slotOf(path);
    const counts = before.map(({ slot, changes }) => ({ slot, changes: slot === own ? changes + 1 : changes }));
    // Another count is that of somebody else's change, which may have come later.
    if (counts.every(({ slot, changes }) => this.changes.at(slot) === changes))
      this.entries.set(path, { value, counts });
  }

  private count(key: string): Count {
    const slot = this.changes.slotOf(key);
    return { slot, changes: this.changes.at(slot) };
  }
}
