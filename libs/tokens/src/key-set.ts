/** Milliseconds each. */
export interface KeySchedule {
  /** How long a key signs. */
  readonly rotation: number;
  /** How long a key is published before it signs: whoever keeps a copy of the set must have looked again by then. */
  readonly lead: number;
  /** How long a key is published after it has signed: what the last token lives, and what clocks may differ. */
  readonly afterglow: number;
}

/** What is to be done with a set of keys. */
export interface KeyPlan<K> {
  /** Those that are published now, in the order in which they sign. */
  readonly keep: readonly K[];
  /** When a key must begin to sign that is to be made now; null when none is to be. */
  readonly next: number | null;
}

interface Key {
  /** When it begins to sign, in milliseconds since 1970. It ends when the next one begins. */
  readonly signsFrom: number;
}

/** The key to sign with at `now`; undefined when there is none. */
export function signingKeyAt<K extends Key>(keys: readonly K[], now: number): K | undefined {
  const ordered = inOrder(keys);
  // Before the first one begins there is no other: our clock is behind that of whoever made it.
  return ordered.findLast(({ signsFrom }) => signsFrom <= now) ?? ordered[0];
}

/** The keys that tokens may be signed with which are used at `now`, and those that will sign next. */
export function publishedKeysAt<K extends Key>(keys: readonly K[], now: number, afterglow: number): K[] {
  const ordered = inOrder(keys);
  return ordered.filter((_, index) => (ordered[index + 1]?.signsFrom ?? now) + afterglow >= now);
}

/** What is due at `now`: which keys stay, and whether the next one must be made. */
export function planKeys<K extends Key>(keys: readonly K[], now: number, schedule: KeySchedule): KeyPlan<K> {
  const { rotation, lead, afterglow } = schedule;
  const keep = publishedKeysAt(keys, now, afterglow);
  const last = keep.at(-1);
  // Nobody has a copy of a set that there was not.
  if (!last) return { keep, next: now };
  const end = last.signsFrom + rotation;
  return { keep, next: end - lead <= now ? Math.max(end, now + lead) : null };
}

function inOrder<K extends Key>(keys: readonly K[]): K[] {
  return keys.toSorted((a, b) => a.signsFrom - b.signsFrom);
}
