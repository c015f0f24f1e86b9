import { BlobPusher, digestOf, type Style } from './blob-pusher.ts';
import type { BlobRecord, Journal, ManifestRecord, TagWrite } from './journal.ts';
import type { Random } from './random.ts';
import { INDEX_TYPE, MANIFEST_TYPE, type RegistryClient } from './registry-client.ts';

export const REPOSITORIES = ['crash', 'crash/nested', 'other/name.with-all_parts'];
/** Tags that many pushers move one at a time. */
const SINGLE_TAGS = ['latest', 'v1', 'v2'];
/** Tags that are only ever set together, by one request. */
export const TAG_GROUPS = [
  ['a-1', 'a-2', 'a-3'],
  ['b-1', 'b-2', 'b-3', 'b-4'],
];
const LARGEST_BLOB = 3_000_000;
const CONFIG_TYPE = 'application/vnd.oci.image.config.v1+json';
const LAYER_TYPE = 'application/vnd.oci.image.layer.v1.tar';

/** One client that pushes without end, until the server answers wrongly or no more; then it rejects. */
export class Pusher {
  readonly #client: RegistryClient;
  readonly #journal: Journal;
  readonly #random: Random;
  readonly #shared: readonly Buffer[];
  readonly #blobs: BlobPusher;

  /** `shared` is content that other pushers push too. */
  constructor(client: RegistryClient, journal: Journal, random: Random, shared: readonly Buffer[]) {
    this.#client = client;
    this.#journal = journal;
    this.#random = random;
    this.#shared = shared;
    this.#blobs = new BlobPusher(client, journal, random);
  }

  async pushImages(): Promise<never> {
    for (;;) {
      const repository = this.#random.pick(REPOSITORIES);
      if (this.#random.chance(0.05)) await this.#blobs.leaveUnfinished(repository, this.#content());
      const manifest = await this.#pushManifest(repository);
      if (this.#random.chance(0.3)) await this.#put(manifest, this.#random.pick(SINGLE_TAGS));
    }
  }

  /** Sizes are in bytes. In all ways, where no style is given. */
  async pushLargeBlobs({ least, most }: { least: number; most: number }, style?: Style): Promise<never> {
    for (;;) {
      const content = this.#random.bytes(this.#random.integer(least, most));
      await this.#blobs.push(this.#random.pick(REPOSITORIES), content, style);
    }
  }

  async #pushManifest(repository: string): Promise<ManifestRecord> {
    const children = this.#known(repository).filter(({ type }) => type === MANIFEST_TYPE);
    const record =
      children.length > 1 && this.#random.chance(0.2)
        ? this.#index(repository, [this.#random.pick(children), this.#random.pick(children)])
        : await this.#image(repository);
    const way = this.#random.integer(1, 3);
    if (way === 1) await this.#put(record, this.#random.pick(SINGLE_TAGS));
    if (way === 2) await this.#put(record, record.digest);
    if (way === 3) await this.#putWithTags(record, this.#random.pick(TAG_GROUPS));
    return record;
  }

  async #image(repository: string): Promise<ManifestRecord> {
    const blobs: BlobRecord[] = [];
    for (let count = this.#random.integer(1, 3); count > 0; count -= 1) {
      blobs.push(await this.#blobs.push(repository, this.#content()));
    }
    const [config, ...layers] = blobs.map(({ digest, size }) => ({ digest, size }));
    const body = this.#withSubject(repository, {
      schemaVersion: 2,
      mediaType: MANIFEST_TYPE,
      config: { mediaType: CONFIG_TYPE, ...config },
      layers: layers.map((layer) => ({ mediaType: LAYER_TYPE, ...layer })),
    });
    return this.#record(repository, MANIFEST_TYPE, body, { blobs: blobs.map(({ digest }) => digest), children: [] });
  }

  #index(repository: string, children: readonly ManifestRecord[]): ManifestRecord {
    const body = this.#withSubject(repository, {
      schemaVersion: 2,
      mediaType: INDEX_TYPE,
      manifests: children.map(({ type, digest, body }) => ({ mediaType: type, digest, size: body.length })),
    });
    return this.#record(repository, INDEX_TYPE, body, { blobs: [], children: children.map(({ digest }) => digest) });
  }

  #withSubject(repository: string, manifest: object): object {
    const known = this.#known(repository);
    const annotations = { 'stowage.crash': this.#random.bytes(8).toString('hex') };
    if (known.length === 0 || this.#random.chance(0.7)) return { ...manifest, annotations };
    const { type, digest, body } = this.#random.pick(known);
    return { ...manifest, annotations, subject: { mediaType: type, digest, size: body.length } };
  }

  #record(
    repository: string,
    type: string,
    content: { subject?: { digest: string } },
    holds: Pick<ManifestRecord, 'blobs' | 'children'>,
  ): ManifestRecord {
    const body = Buffer.from(JSON.stringify(content));
    const digest = digestOf(body, this.#random.chance(1 / 8) ? 'sha512' : 'sha256');
    return this.#journal.manifest({
      repository,
      digest,
      type,
      body,
      subject: content.subject?.digest ?? null,
      ...holds,
    });
  }

  async #put(record: ManifestRecord, reference: string): Promise<void> {
    const { repository, type, body } = record;
    const isTag = !reference.includes(':');
    // Under a tag a manifest goes by its canonical digest.
    const stored = isTag ? this.#journal.manifest({ ...record, digest: digestOf(body) }) : record;
    const write = isTag ? this.#journal.startTagWrite(repository, reference, stored.digest) : null;
    await this.#client.putManifest(repository, reference, type, body);
    stored.acknowledged = true;
    if (write !== null) this.#journal.acknowledgeTagWrite(write);
  }

  async #putWithTags(record: ManifestRecord, tags: readonly string[]): Promise<void> {
    const { repository, digest, type, body } = record;
    const writes: TagWrite[] = tags.map((tag) => this.#journal.startTagWrite(repository, tag, digest));
    const reference = `${digest}?${tags.map((tag) => `tag=${tag}`).join('&')}`;
    await this.#client.putManifest(repository, reference, type, body);
    record.acknowledged = true;
    for (const write of writes) this.#journal.acknowledgeTagWrite(write);
  }

  #known(repository: string): ManifestRecord[] {
    const all = [...this.#journal.manifests.values()];
    return all.filter((record) => record.repository === repository && record.acknowledged).slice(-20);
  }

  #content(): Buffer {
    if (this.#random.chance(0.2)) return this.#random.pick(this.#shared);
    const isLarge = this.#random.chance(0.2);
    return this.#random.bytes(this.#random.integer(2, isLarge ? LARGEST_BLOB : 100_000));
  }
}
