/** Whether `a` is before `b`. It need not be an order: these sorts do the same comparisons and swaps as Go's did. */
export type Less<Item> = (a: Item, b: Item) => boolean;

const MAX_INSERTION_SORT = 7;
const MIN_NINTHER = 41;

/** Moves each item to the left while it is less than its left neighbour. */
export function insertionSort<Item>(items: Item[], less: Less<Item>): void {
  new GoSort(items, less).insertionSort(0, items.length);
}

/**
 * The sort of Go until 1.5: Bentley and McIlroy's quicksort ("Engineering a Sort Function", 1993), insertion sort for
 * runs of up to 7, heap sort where the recursion gets deeper than twice the number of bits in the length.
 */
export function quickSort<Item>(items: Item[], less: Less<Item>): void {
  new GoSort(items, less).quickSort(0, items.length, 2 * (32 - Math.clz32(items.length)));
}

/** Ranges are from the first index to the one after the last. */
class GoSort<Item> {
  constructor(
    private readonly items: Item[],
    private readonly isLess: Less<Item>,
  ) {}

  insertionSort(start: number, end: number): void {
    for (let i = start + 1; i < end; i++) {
      for (let j = i; j > start && this.#less(j, j - 1); j--) this.#swap(j, j - 1);
    }
  }

  quickSort(start: number, end: number, depth: number): void {
    if (end - start <= MAX_INSERTION_SORT) {
      this.insertionSort(start, end);
    } else if (depth === 0) {
      this.#heapSort(start, end);
    } else {
      const [pivotStart, pivotEnd] = this.#partition(start, end);
      this.quickSort(start, pivotStart, depth - 1);
      this.quickSort(pivotEnd, end, depth - 1);
    }
  }

  /** Puts what is less than a pivot before it and what is greater behind it; returns the range of what is neither. */
  #partition(start: number, end: number): [number, number] {
    this.#choosePivot(start, end);
    // From start on: equal | less (from b) | not seen (from c to d) | greater | equal (from e). The pivot is at start.
    let [b, c, d, e] = [start + 1, start + 1, end, end];
    while (c < d) {
      if (this.#less(c, start)) c++;
      else if (!this.#less(start, c)) this.#swap(b++, c++);
      else if (this.#less(start, d - 1)) d--;
      else if (!this.#less(d - 1, start)) this.#swap(--d, --e);
      else this.#swap(c++, --d);
    }
    this.#swapRanges(start, c, Math.min(c - b, b - start));
    this.#swapRanges(d, end, Math.min(end - e, e - d));
    return [start + c - b, end - (e - d)];
  }

  #choosePivot(start: number, end: number): void {
    const middle = start + ((end - start) >> 1);
    const last = end - 1;
    if (end - start >= MIN_NINTHER) {
      const step = (end - start) >> 3;
      this.#medianFirst(start, start + step, start + 2 * step);
      this.#medianFirst(middle, middle - step, middle + step);
      this.#medianFirst(last, last - step, last - 2 * step);
    }
    this.#medianFirst(start, middle, last);
  }

  /** Sorts three items so that the median is at `a`, the least at `b`. */
  #medianFirst(a: number, b: number, c: number): void {
    if (this.#less(a, b)) this.#swap(a, b);
    if (this.#less(c, a)) this.#swap(c, a);
    if (this.#less(a, b)) this.#swap(a, b);
  }

  /** Swaps `count` items from `start` on with those before `end`. */
  #swapRanges(start: number, end: number, count: number): void {
    for (let i = 0; i < count; i++) this.#swap(start + i, end - count + i);
  }

  #heapSort(start: number, end: number): void {
    for (let root = (end - start - 1) >> 1; root >= 0; root--) this.#siftDown(start, root, end - start);
    for (let size = end - start - 1; size >= 0; size--) {
      this.#swap(start, start + size);
      this.#siftDown(start, 0, size);
    }
  }

  #siftDown(start: number, root: number, size: number): void {
    let parent = root;
    for (let child = 2 * parent + 1; child < size; child = 2 * parent + 1) {
      if (child + 1 < size && this.#less(start + child, start + child + 1)) child++;
      if (!this.#less(start + parent, start + child)) return;
      this.#swap(start + parent, start + child);
      parent = child;
    }
  }

  #less(a: number, b: number): boolean {
    return this.isLess(this.#at(a), this.#at(b));
  }

  #swap(a: number, b: number): void {
    const kept = this.#at(a);
    this.items[a] = this.#at(b);
    this.items[b] = kept;
  }

  #at(index: number): Item {
    return this.items[index] as Item;
  }
}
