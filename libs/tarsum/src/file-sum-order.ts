import type { FileSum } from './file-sum.js';
import { insertionSort, quickSort } from './go-sort.js';

const MAX_INSERTION_SORT = 12;

/**
 * The sums of the entries, given in the order of the archive, in the order in which they are summed: ascending.
 *
 * When two entries have the same name, the original ordered such a pair by position and any other by sum. That is not
 * an order, so the outcome depends on how Go sorted, which changed in 1.6 and 1.19: no outcome is canonical. Up to 12
 * entries this is an insertion sort as in Go today, beyond it the quicksort of Go until 1.5, from the days of tarsums
 * (which was an insertion sort up to 7 entries only).
 */
export function orderFileSums(files: readonly FileSum[]): string[] {
  const names = new Set(files.map((file) => file.name));
  if (names.size === files.length) return files.map((file) => file.sum).sort();
  const positioned = files.map((file, position) => ({ ...file, position }));
  const sort = files.length > MAX_INSERTION_SORT ? quickSort : insertionSort;
  sort(positioned, (a, b) => (a.name === b.name ? a.position < b.position : a.sum < b.sum));
  return positioned.map((file) => file.sum);
}
