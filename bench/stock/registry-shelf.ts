import type { Content, LargeContent } from '../load/content.ts';
import { RegistryClient } from '../load/registry-client.ts';
import type { Shelf } from './stock.ts';

/** Pushes over some connections, each request on the next one that is free. */
export class RegistryShelf implements Shelf {
  readonly #free: RegistryClient[];
  readonly #all: readonly RegistryClient[];

  constructor(url: string, connections: number) {
    this.#all = Array.from({ length: connections }, () => new RegistryClient(url));
    this.#free = [...this.#all];
  }

  blob(repository: string, content: Content): Promise<void> {
    return this.#with((client) => client.pushBlob(repository, content));
  }

  largeBlob(repository: string, content: LargeContent): Promise<void> {
    return this.#with((client) => client.pushLargeBlob(repository, content, 'put'));
  }

  manifest(repository: string, tag: string, manifest: Content): Promise<void> {
    return this.#with((client) => client.pushManifest(repository, tag, manifest));
  }

  close(): void {
    for (const client of this.#all) client.close();
  }

  /** Whoever asks for more than there are free ones asks too much: `SHELF_WORKERS` is the most a stock may use. */
  async #with(push: (client: RegistryClient) => Promise<void>): Promise<void> {
    const client = this.#free.pop();
    if (client === undefined) throw new Error('a stock uses more connections than there are');
    await push(client);
    this.#free.push(client);
  }
}
