import { randomUUID } from 'node:crypto';
import { type ObjectInfo, type RawPage, type RawRequest, StoreCalls } from '#libs/object-storage';
import type { GcsConnection } from './gcs-connection.js';
import { hasStatus, isMissing, isTransient } from './gcs-error.js';

/** What the service tells of an object, as far as we ask. */
interface Resource {
  readonly name: string;
  readonly size: string;
  readonly updated: string;
  readonly generation: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

interface Listing {
  readonly items?: readonly Resource[];
  readonly prefixes?: readonly string[];
  readonly nextPageToken?: string;
}

export interface NewObject {
  /** Bytes of the content. */
  readonly length: number;
  /** Opened for each try. */
  readonly content: () => Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly ifAbsent?: boolean;
}

/** An object of which a larger one is made. */
export interface Component {
  readonly name: string;
  readonly generation: string;
}

/** What a rewrite tells while it is not done. */
interface Rewrite {
  readonly done: boolean;
  readonly rewriteToken?: string;
}

const CONTENT_TYPE = 'application/octet-stream';
/** Metadata that names the try that put an object. */
const TRY = 'stowage-try';
const FIELDS = 'name,size,updated,generation,metadata';

/** The objects of a bucket: each method is one request, tried again where that may help. */
export class GcsBucket extends StoreCalls {
  private readonly objects: string;

  constructor(
    readonly connection: GcsConnection,
    readonly name: string,
    maxAttempts: number,
  ) {
    super('gcs', maxAttempts, isTransient);
    this.objects = `/storage/v1/b/${encodeURIComponent(name)}/o`;
  }

  pathOf(name: string): string {
    return `${this.objects}/${encodeURIComponent(name)}`;
  }

  /** Null where there is no such object. */
  async find(name: string): Promise<Resource | null> {
    const request = { method: 'GET', path: this.pathOf(name), query: { fields: FIELDS } } as const;
    return this.call('head', () => unlessMissing(this.connection.sendForJson<Resource>(request)));
  }

  /** Puts an object in one request, and gives its generation; null where one is there that must not be. */
  async upload(name: string, object: NewObject): Promise<string | null> {
    const id = randomUUID();
    const metadata = object.ifAbsent ? { ...object.metadata, [TRY]: id } : object.metadata;
    return this.call('put', async (isFirst) => {
      try {
        return (await this.sendUpload(name, { ...object, ...(metadata && { metadata }) })).generation;
      } catch (error) {
        if (!object.ifAbsent || !hasStatus(error, 412)) throw error;
        // An earlier try may have put it, though its answer did not come.
        const found = isFirst ? null : await this.find(name);
        return found?.metadata?.[TRY] === id ? found.generation : null;
      }
    });
  }

  async delete(name: string): Promise<void> {
    await this.call('delete', async () => {
      const answer = await unlessMissing(this.connection.send({ method: 'DELETE', path: this.pathOf(name) }));
      answer?.resume();
    });
  }

  async list({ prefix, delimited, from, token, limit }: RawRequest): Promise<RawPage> {
    const {
      items = [],
      prefixes = [],
      nextPageToken,
    } = await this.call('list', () =>
      this.connection.sendForJson<Listing>({
        method: 'GET',
        path: this.objects,
        query: {
          prefix: prefix || undefined,
          delimiter: delimited ? '/' : undefined,
          startOffset: from,
          pageToken: token,
          maxResults: limit,
          fields: `items(${FIELDS}),prefixes,nextPageToken`,
        },
      }),
    );
    return { objects: items.map(toObject), prefixes, token: nextPageToken };
  }

  /** Makes an object of at most 32 others, in their order. Null where one of them is missing. */
  async compose(
    name: string,
    sources: readonly Component[],
    metadata: Readonly<Record<string, string>>,
  ): Promise<Component | null> {
    const sourceObjects = sources.map(({ name, generation }) => ({ name, generation }));
    const content = Buffer.from(
      JSON.stringify({ sourceObjects, destination: { contentType: CONTENT_TYPE, metadata } }),
    );
    return this.call('complete parts', () =>
      unlessMissing(
        this.connection.sendForJson<Resource>({
          method: 'POST',
          path: `${this.pathOf(name)}/compose`,
          query: { fields: FIELDS },
          headers: { 'content-type': 'application/json', 'content-length': content.length },
          body: [content],
        }),
      ),
    );
  }

  /** Copies an object inside the service, which may take several requests. Resolves to whether the source was there. */
  async rewrite(source: string, destination: string): Promise<boolean> {
    const path = `${this.pathOf(source)}/rewriteTo${this.pathOf(destination).slice('/storage/v1'.length)}`;
    let rewriteToken: string | undefined;
    for (;;) {
      const query = { rewriteToken, fields: 'done,rewriteToken' };
      const request = { method: 'POST', path, query, headers: { 'content-length': 0 } } as const;
      const rewrite = await this.call('copy', () => unlessMissing(this.connection.sendForJson<Rewrite>(request)));
      if (rewrite === null || rewrite.done) return rewrite !== null;
      rewriteToken = rewrite.rewriteToken;
    }
  }

  private async sendUpload(name: string, { content, length, metadata = {}, ifAbsent }: NewObject): Promise<Resource> {
    const boundary = randomUUID();
    const resource = JSON.stringify({ name, contentType: CONTENT_TYPE, metadata });
    const head = Buffer.from(
      `--${boundary}\r\ncontent-type: application/json\r\n\r\n${resource}\r\n--${boundary}\r\ncontent-type: ${CONTENT_TYPE}\r\n\r\n`,
    );
    const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
    return this.connection.sendForJson<Resource>({
      method: 'POST',
      path: `/upload${this.objects}`,
      query: { uploadType: 'multipart', ifGenerationMatch: ifAbsent ? 0 : undefined, fields: FIELDS },
      headers: {
        'content-type': `multipart/related; boundary=${boundary}`,
        'content-length': head.length + length + tail.length,
      },
      body: framed(head, content(), tail),
    });
  }
}

async function* framed(
  head: Uint8Array,
  content: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  tail: Uint8Array,
): AsyncIterable<Uint8Array> {
  yield head;
  yield* content;
  yield tail;
}

/** In whole seconds, which is how exactly the answer to a read tells the time. */
export function toObject({ name, size, updated }: Resource): ObjectInfo {
  return { key: name, size: Number(size), modifiedAt: new Date(Math.floor(Date.parse(updated) / 1000) * 1000) };
}

/** Null where an object that is needed is missing. */
async function unlessMissing<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}
