/** How many slots there are. Keys that share one only make each other's cached values be read again. */
export const CHANGE_SLOTS = 16_384;

/** A counter for each slot, and behind them the one that counts for all slots. */
export const CHANGE_COUNTERS = CHANGE_SLOTS + 1;

/**
 * Counts the changes of the storage, for all processes on one machine, so that what was read may be kept in memory.
 *
 * A writer makes its change durable, counts it, and only then acknowledges it. A reader takes the count before it reads,
 * and keeps it with what it read: that is valid as long as the count is the same. So whoever asks after a change was
 * acknowledged finds another count than any reader can have kept that read before the change, and reads anew.
 */
export class ChangeCounters {
  /** `counts` holds `CHANGE_COUNTERS` numbers, in memory that all processes share. */
  constructor(private readonly counts: Int32Array) {}

  /** The slot of a key, which may be kept. */
  slotOf(key: string): number {
    // FNV-1a
    let hash = 0x811c9dc5;
    for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
    return (hash >>> 0) % CHANGE_SLOTS;
  }

  /** The count of a slot. It wraps around, after more changes than happen while a value is kept. */
  at(slot: number): number {
    return (Atomics.load(this.counts, slot) + Atomics.load(this.counts, CHANGE_SLOTS)) | 0;
  }

  /** Counts a change of what lies under `key`. */
  bump(key: string): void {
    Atomics.add(this.counts, this.slotOf(key), 1);
  }

  /** Counts a change of everything. */
  bumpAll(): void {
    Atomics.add(this.counts, CHANGE_SLOTS, 1);
  }
}
