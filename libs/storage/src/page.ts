import type { ListOptions } from './storage-driver.js';

/**
 * The names that `options` ask for, in byte order. Names are ASCII, for which the order of JavaScript strings is that
 * of their bytes.
 */
export function pageOf(names: readonly string[], { startAfter, limit }: ListOptions): string[] {
  const following = startAfter === undefined ? [...names] : names.filter((name) => name > startAfter);
  return limit !== undefined && limit < following.length ? smallest(following, limit) : following.sort();
}

/** A page of a huge directory is found in one pass, without sorting what does not belong to it. */
function smallest(names: readonly string[], count: number): string[] {
  const found: string[] = [];
  for (const name of names) {
    if (found.length === count && name >= (found.at(-1) ?? '')) continue;
    found.splice(placeOf(name, found), 0, name);
    if (found.length > count) found.pop();
  }
  return found;
}

function placeOf(name: string, sorted: readonly string[]): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? '') < name) low = middle + 1;
    else high = middle;
  }
  return low;
}
