import { type LargeContent, largeContents } from '../load/content.ts';
import type { Stock } from './stock.ts';

export const LARGE_REPOSITORY = 'bench/large';

/** Large blobs, one after the other. */
export function largeStock(count: number, size: number): Stock & { contents: readonly LargeContent[] } {
  const labels = Array.from({ length: count }, (_, index) => `large ${index}`);
  const contents = largeContents(labels, size);
  return {
    name: 'large',
    contents,
    fill: async (shelf) => {
      for (const content of contents) await shelf.largeBlob(LARGE_REPOSITORY, content);
    },
  };
}
