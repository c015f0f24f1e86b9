import { type Content, smallContent } from '../load/content.ts';
import { smallImage } from '../load/image.ts';
import { atOnce } from './at-once.ts';
import type { Stock } from './stock.ts';

export const SMALL_REPOSITORY = 'bench/small';

/** Of each kind: few enough for every peer's caches, more than one so that nothing is decided by a single file. */
const COUNT = 64;
const BLOB_SIZE = 4096;

const numbers = Array.from({ length: COUNT }, (_, index) => index);

/** Images with a tag each; their manifests are what the rows read. */
export const smallImages = numbers.map((number) => ({ tag: `v${number}`, ...smallImage(`small ${number}`) }));

export const smallBlobs: readonly Content[] = numbers.map((number) => smallContent(`blob ${number}`, BLOB_SIZE));

export const SMALL_STOCK: Stock = {
  name: 'small',
  fill: async (shelf) => {
    await atOnce(smallBlobs, (blob) => shelf.blob(SMALL_REPOSITORY, blob));
    await atOnce(smallImages, async ({ tag, config, layer, manifest }) => {
      await shelf.blob(SMALL_REPOSITORY, config);
      await shelf.blob(SMALL_REPOSITORY, layer);
      await shelf.manifest(SMALL_REPOSITORY, tag, manifest);
    });
  },
};
