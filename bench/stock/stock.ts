import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Content, LargeContent } from '../load/content.ts';

/** Takes what a stock consists of: a registry over HTTP, a file server into its folder. */
export interface Shelf {
  blob(repository: string, content: Content): Promise<void>;
  largeBlob(repository: string, content: LargeContent): Promise<void>;
  manifest(repository: string, tag: string, manifest: Content): Promise<void>;
}

/** Content that rows read, and that is made once for each peer. */
export interface Stock {
  readonly name: string;
  fill(shelf: Shelf): Promise<void>;
}

/** Files where the paths of a registry's URLs would have them. */
export class FileShelf implements Shelf {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  async blob(repository: string, { digest, body }: Content): Promise<void> {
    await this.#write(`v2/${repository}/blobs/${digest}`, body);
  }

  async largeBlob(repository: string, content: LargeContent): Promise<void> {
    await this.#write(`v2/${repository}/blobs/${content.digest}`, content.blocks());
  }

  async manifest(repository: string, tag: string, { digest, body }: Content): Promise<void> {
    for (const reference of [tag, digest]) await this.#write(`v2/${repository}/manifests/${reference}`, body);
  }

  async #write(path: string, content: Buffer | Iterable<Buffer>): Promise<void> {
    const file = join(this.#root, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
}
