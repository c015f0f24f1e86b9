import { randomBytes, randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { it } from '@jest/globals';
import type { ByteSpan, ListRequest, ObjectPage, ObjectStore } from '../object-store.js';

/** What a service behind a store is known to do differently. */
export type Deviation =
  /** `put` with `ifAbsent` is not atomic, as its traits say. */
  | 'is not atomic with ifAbsent'
  /** Completing an upload twice resolves, and changes nothing. */
  | 'completes uploads twice'
  /** It takes parts of an upload that was aborted, and never shows them. */
  | 'takes parts of aborted uploads'
  /** An upload that has parts more than it is completed with counts as gone. */
  | 'completes uploads only with all of their parts'
  /** It fails, with whatever error, where a part comes for an upload that was aborted. */
  | 'fails on parts of aborted uploads'
  /** `unfinishedParts` gives uploads whenever they began. */
  | 'does not know when uploads began'
  /** No object has the key of another and a slash at its beginning, as with files and directories. */
  | 'has no object below another'
  /** Of several uploads to one key, only the one that is completed first can be completed. */
  | 'drops the parts of all other uploads to a key with a completion'
  /** It cannot sign URLs. */
  | 'does not sign'
  /** It serves whatever URL looks signed. */
  | 'checks no signatures';

/** A test that is skipped where a deviation is known, and says so. */
export function itUnless(
  deviation: Deviation,
  deviations: readonly Deviation[],
  name: string,
  test: () => Promise<void>,
) {
  if (deviations.includes(deviation)) it.skip(`${name} (the service ${deviation})`, test);
  else it(name, test);
}

export const bytes = (text: string) => Buffer.from(text);

/** Where limits of time would cut off a slow emulator. */
export const LONG = 120_000;

/** A store with keys that no other test uses. */
export class StoreUnderTest {
  private readonly created: Set<ObjectStore>;

  private constructor(
    readonly store: ObjectStore,
    private readonly create: () => Promise<ObjectStore>,
  ) {
    this.created = new Set([store]);
  }

  /** The prefix of all keys. */
  readonly root = `contract-${randomUUID()}/`;

  static async open(create: () => Promise<ObjectStore>): Promise<StoreUnderTest> {
    return new StoreUnderTest(await create(), create);
  }

  /** A prefix that has nothing below it yet. */
  folder(): string {
    return `${this.root}${randomUUID()}/`;
  }

  /** A key that no object has. */
  newKey(): string {
    return `${this.folder()}object`;
  }

  /** A key of an object with this content. */
  async stored(content: Uint8Array): Promise<string> {
    const key = this.newKey();
    await this.store.put(key, content);
    return key;
  }

  /** The same storage, as another process has it. */
  async another(): Promise<ObjectStore> {
    const store = await this.create();
    this.created.add(store);
    return store;
  }

  /** Bytes of a part that need not be the last. */
  get partSize(): number {
    return Math.max(this.store.traits.minPartSize, 1);
  }

  /** Content of as many bytes as that many parts have, and then some, that is like no other. */
  content(parts: number, more = 0): Buffer {
    return randomBytes(parts * this.partSize + more);
  }

  /** Null where nothing is there. */
  async contentAt(key: string, span?: ByteSpan): Promise<Buffer | null> {
    const opened = await this.store.get(key, span);
    return opened && buffer(opened.content);
  }

  async textAt(key: string): Promise<string | undefined> {
    return (await this.contentAt(key))?.toString();
  }

  /** All pages of a listing. */
  async pages(request: ListRequest): Promise<ObjectPage[]> {
    const pages = [await this.store.list(request)];
    for (let next = pages[0]?.next; next; next = pages.at(-1)?.next) {
      pages.push(await this.store.list({ ...request, continuation: next }));
    }
    return pages;
  }

  async close(): Promise<void> {
    for await (const upload of this.store.unfinishedParts(this.root, new Date(Date.now() + 86_400_000))) {
      await this.store.abortParts(upload);
    }
    const left = await this.pages({ prefix: this.root, delimited: false, limit: 1000 });
    await this.store.delete(left.flatMap(({ objects }) => objects.map(({ key }) => key)));
    for (const store of this.created) await store.close();
  }
}

/** The store of the test that runs. */
export type GetStore = () => StoreUnderTest;

/** Keys and prefixes of a page in byte order. */
export function namesOf({ objects, prefixes }: ObjectPage, root: string): string[] {
  return [...objects.map(({ key }) => key), ...prefixes].map((name) => name.slice(root.length)).sort(byBytes);
}

export function byBytes(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}
