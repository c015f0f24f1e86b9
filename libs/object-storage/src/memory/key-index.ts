/** Keys in the order of their bytes in UTF-8. */
export class KeyIndex {
  private readonly keys: string[] = [];

  /** The key at a place; undefined behind the last one. */
  at(place: number): string | undefined {
    return this.keys[place];
  }

  add(key: string): void {
    const place = this.placeOf(key);
    if (this.keys[place] !== key) this.keys.splice(place, 0, key);
  }

  remove(key: string): void {
    const place = this.placeOf(key);
    if (this.keys[place] === key) this.keys.splice(place, 1);
  }

  /** The place of the first key that does not sort before `key`. */
  placeOf(key: string): number {
    let [low, high] = [0, this.keys.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareKeys(this.keys[middle] ?? '', key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The place behind `key`, whether it is there or not. */
  placeAfter(key: string): number {
    const place = this.placeOf(key);
    return this.keys[place] === key ? place + 1 : place;
  }

  /** The place behind all keys that begin with `prefix` and sort at or behind the one at `place`. */
  placeAfterAll(prefix: string, place: number): number {
    let [low, high] = [place, this.keys.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.keys[middle]?.startsWith(prefix)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

const ASCII = /^[\0-\x7f]*$/;

/** The order of JavaScript strings is that of their bytes only within ASCII. */
function compareKeys(a: string, b: string): number {
  if (!ASCII.test(a) || !ASCII.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
