/** How many counters there are. Keys that share one only make each other's cached values be read again. */
export const CHANGE_SLOTS = 16_384;

/**
 * Counts the changes of the storage, for all processes on one machine, so that what was read may be kept in memory.
 *
 * A writer makes its change durable, counts it, and only then acknowledges it. A reader takes the count before it reads,
 * and keeps it with what it read: that is valid as long as the count is the same. So whoever asks after a change was
 * acknowledged finds another count than any reader can have kept that read before the change, and reads anew.
 */
export class ChangeCounters {
  /** `counts` holds one number a slot, in memory that all processes share. */
  constructor(private readonly counts: Int32Array) {}

  /** The slot of a key, which may be kept. */
  slotOf(key: string): number {
    // FNV-1a
    let hash = 0x811c9dc5;
    for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
    return (hash >>> 0) % this.counts.length;
  }

  /** The count of a slot. It wraps around, after more changes than happen while a value is kept. */
  at(slot: number): number {
    return Atomics.load(this.counts, slot);
  }

  /** Counts a change of what lies under `key`. */
  bump(key: string): void {
    Atomics.add(this.counts, this.slotOf(key), 1);
  }
}
