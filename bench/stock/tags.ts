import { smallContent } from '../load/content.ts';
import { imageManifest } from '../load/image.ts';
import { atOnce } from './at-once.ts';
import type { Stock } from './stock.ts';

/** The blobs that every manifest here is made of. */
export const CONFIG = smallContent('tags/config', 1024);
export const LAYER = smallContent('tags/layer', 1024);
const MANIFESTS = 64;

const manifests = Array.from({ length: MANIFESTS }, (_, index) => imageManifest(CONFIG, LAYER, `manifest ${index}`));

export interface TagStock extends Stock {
  readonly repository: string;
  /** In the order of their names. */
  readonly tags: readonly string[];
}

/** A repository with `count` tags, which share some manifests. */
export function tagStock(count: number): TagStock {
  const repository = `bench/tags-${count}`;
  const tags = Array.from({ length: count }, (_, index) => `tag-${String(index).padStart(6, '0')}`);
  return {
    name: `tags-${count}`,
    repository,
    tags,
    fill: async (shelf) => {
      await shelf.blob(repository, CONFIG);
      await shelf.blob(repository, LAYER);
      await atOnce(tags.entries(), async ([index, tag]) => {
        const manifest = manifests[index % manifests.length];
        if (manifest) await shelf.manifest(repository, tag, manifest);
      });
    },
  };
}
