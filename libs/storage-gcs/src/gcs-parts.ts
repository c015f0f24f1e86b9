import {
  isUploadId,
  type ListRequest,
  listPage,
  PartsGoneError,
  type PartUpload,
  type StoredPart,
  timeOfUpload,
} from '#libs/object-storage';
import { eachOf, StorageUnavailableError } from '#libs/storage';
import type { Component, GcsBucket, NewObject } from './gcs-bucket.js';

/** What one request makes an object of. */
const MAX_COMPONENTS = 32;
/** Requests of one completion that are on their way at a time. */
const CONCURRENCY = 16;
const PAGE = 1000;
/** Where the layout of the registry begins: parts lie below the same root as what they will be. */
const LAYOUT = 'docker/registry/';
const LAYOUT_ROOT = /^(?:.*?\/)?docker\/registry\//;

/**
 * Parts as objects of their own, of which the service composes the whole one without moving bytes:
 *
 *     <root>docker/registry/stowage/!parts/<upload>/<number, 5 digits>   of a key below <root>docker/registry/
 *     !parts/<upload>/<number, 5 digits>                                 of any other key
 *     …/<upload>/<round>-<number>                                        what is composed on the way to the whole object
 *
 * Each has the key of the whole object as its metadata `key`. The name of an upload tells when it began.
 *
 * Resumable uploads, which the service has for this, are not used. They cannot go back to what was acknowledged last: what
 * a process sent before it was killed stays part of the upload, and the one that goes on could not drop it.
 */
export class GcsParts {
  constructor(private readonly bucket: GcsBucket) {}

  async put(upload: PartUpload, number: number, content: Pick<NewObject, 'length' | 'content'>): Promise<StoredPart> {
    const name = partName(upload, number);
    const generation = await this.bucket.upload(name, { ...content, metadata: { key: upload.key } });
    return { number, size: content.length, tag: generation ?? '' };
  }

  /**
   * Composes the object in rounds: of each 32 parts one object, of each 32 of those one, until one is left. What a crash on
   * the way leaves is found among the unfinished uploads, and can be completed again.
   */
  async complete(upload: PartUpload, parts: readonly StoredPart[]): Promise<void> {
    const stored = new Set(await this.namesOf(upload));
    let components = parts.map(({ number, tag }) => ({ name: partName(upload, number), generation: tag }));
    if (parts.length === 0 || components.some(({ name }) => !stored.has(name))) throw new PartsGoneError(upload.key);
    for (let round = 1; components.length > MAX_COMPONENTS; round++) {
      components = await this.composeRound(upload, components, round);
      for (const { name } of components) stored.add(name);
    }
    await this.compose(upload.key, components, upload, {});
    await this.drop([...stored]);
  }

  async abort(upload: PartUpload): Promise<void> {
    await this.deleteAll(await this.namesOf(upload));
  }

  /** One request, and one more for each upload that is as old, and as many for each place that parts may lie in. */
  async *unfinished(prefix: string, before: Date): AsyncIterable<PartUpload> {
    for (const folder of foldersBelow(prefix)) {
      for await (const { prefixes } of this.pages({ prefix: folder, delimited: true, limit: PAGE })) {
        const ids = prefixes.map((uploadFolder) => uploadFolder.slice(folder.length, -1));
        for (const id of ids.filter((name) => isUploadId(name) && timeOfUpload(name) < before)) {
          const key = await this.keyOf(`${folder}${id}/`);
          if (key?.startsWith(prefix)) yield { key, id };
        }
      }
    }
  }

  private async composeRound(
    upload: PartUpload,
    components: readonly Component[],
    round: number,
  ): Promise<Component[]> {
    const groups = Array.from({ length: Math.ceil(components.length / MAX_COMPONENTS) }, (_, i) => ({
      name: `${uploadFolder(upload)}${round}-${padded(i + 1)}`,
      sources: components.slice(i * MAX_COMPONENTS, (i + 1) * MAX_COMPONENTS),
    }));
    return eachOf(groups, CONCURRENCY, ({ name, sources }) => this.compose(name, sources, upload, { key: upload.key }));
  }

  private async compose(
    name: string,
    sources: readonly Component[],
    upload: PartUpload,
    metadata: Readonly<Record<string, string>>,
  ): Promise<Component> {
    const composed = await this.bucket.compose(name, sources, metadata);
    if (composed === null) throw new PartsGoneError(upload.key);
    return composed;
  }

  /** The object is complete, so nobody has to hear of it when this fails: the rest is found among unfinished uploads. */
  private async drop(names: readonly string[]): Promise<void> {
    try {
      await this.deleteAll(names);
    } catch (error) {
      if (!(error instanceof StorageUnavailableError)) throw error;
    }
  }

  private async deleteAll(names: readonly string[]): Promise<void> {
    await eachOf(names, CONCURRENCY, (name) => this.bucket.delete(name));
  }

  private async namesOf(upload: PartUpload): Promise<string[]> {
    const names: string[] = [];
    for await (const { objects } of this.pages({ prefix: uploadFolder(upload), delimited: false, limit: PAGE })) {
      names.push(...objects.map(({ key }) => key));
    }
    return names;
  }

  private async keyOf(folder: string): Promise<string | undefined> {
    const { objects } = await this.bucket.list({ prefix: folder, delimited: false, limit: 1 });
    return objects[0] && (await this.bucket.find(objects[0].key))?.metadata?.key;
  }

  private async *pages(request: ListRequest) {
    for (let continuation: string | null | undefined; continuation !== null; ) {
      const page = await listPage({ ...request, ...(continuation && { continuation }) }, (raw) =>
        this.bucket.list(raw),
      );
      yield page;
      continuation = page.next;
    }
  }
}

function partName(upload: PartUpload, number: number): string {
  return `${uploadFolder(upload)}${padded(number)}`;
}

function uploadFolder({ key, id }: PartUpload): string {
  return `${partsFolder(LAYOUT_ROOT.exec(key)?.[0])}${id}/`;
}

function partsFolder(layout?: string): string {
  return layout === undefined ? '!parts/' : `${layout}stowage/!parts/`;
}

/** Where the parts may lie of keys that begin with this: a key, or a part of one that ends with a slash. */
function foldersBelow(prefix: string): string[] {
  const layout = LAYOUT_ROOT.exec(prefix)?.[0];
  return layout === undefined ? [partsFolder(`${prefix}${LAYOUT}`), partsFolder()] : [partsFolder(layout)];
}

function padded(number: number): string {
  return String(number).padStart(5, '0');
}
