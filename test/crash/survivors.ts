import { digestOf } from './blob-pusher.ts';
import type { Checks } from './checks.ts';
import type { BlobRecord, Journal, ManifestRecord } from './journal.ts';
import { REPOSITORIES, TAG_GROUPS } from './pusher.ts';
import type { Answer, RegistryClient } from './registry-client.ts';

const IN_PARALLEL = 8;

/** Compares what a server serves with the journal, while nobody pushes, and settles in the journal what was under way. */
export class Survivors {
  readonly #client: RegistryClient;
  readonly #journal: Journal;
  readonly #checks: Checks;
  readonly #isRestarted: boolean;

  /** `isRestarted` tells whether the server was started after the last push. */
  constructor(client: RegistryClient, journal: Journal, checks: Checks, isRestarted = true) {
    this.#isRestarted = isRestarted;
    this.#client = client;
    this.#journal = journal;
    this.#checks = checks;
  }

  /** Looks at the blobs and manifests given, and at every tag. */
  async check(blobs: readonly BlobRecord[], manifests: readonly ManifestRecord[]): Promise<void> {
    await inParallel(blobs, (blob) => this.#blob(blob));
    await inParallel(manifests, (manifest) => this.#manifest(manifest));
    await inParallel([...this.#journal.tags.keys()], (key) => this.#tag(key));
    for (const repository of REPOSITORIES) await this.#tagLists(repository);
  }

  async #blob(record: BlobRecord): Promise<void> {
    const { repository, digest, acknowledged } = record;
    const answer = await this.#client.blob(repository, digest);
    const isServed = serves(answer, digest);
    const found = (): string => `${repository}@${digest}: ${answer.status}, ${answer.body.length} bytes`;
    if (acknowledged) this.#checks.expect('an acknowledged blob is served byte for byte', isServed, found);
    else this.#checks.expect('an unacknowledged blob is whole or absent', isServed || answer.status === 404, found);
    if (answer.status === 404) this.#journal.blobs.delete(`${repository}@${digest}`);
    record.acknowledged = isServed;
  }

  async #manifest(record: ManifestRecord): Promise<void> {
    const { repository, digest, acknowledged } = record;
    const answer = await this.#client.manifest(repository, digest);
    const isServed = serves(answer, digest) && answer.body.equals(record.body);
    const found = (): string => `${repository}@${digest}: ${answer.status}, ${answer.body.length} bytes`;
    if (acknowledged) this.#checks.expect('an acknowledged manifest is served byte for byte', isServed, found);
    else this.#checks.expect('an unacknowledged manifest is whole or absent', isServed || answer.status === 404, found);
    record.acknowledged = isServed;
    if (isServed) await this.#partsOf(record);
    else this.#journal.manifests.delete(`${repository}@${digest}`);
  }

  async #partsOf({ repository, digest, blobs, children, subject }: ManifestRecord): Promise<void> {
    for (const blob of blobs) {
      const { status } = await this.#client.blob(repository, blob, 'HEAD');
      this.#checks.expect('a served manifest has all its blobs', status === 200, () => `${digest} lacks ${blob}`);
    }
    for (const child of children) {
      const { status } = await this.#client.manifest(repository, child);
      this.#checks.expect('a served index has all its manifests', status === 200, () => `${digest} lacks ${child}`);
    }
    if (subject === null) return;
    const listed = await this.#client.referrers(repository, subject);
    const isListed = listed.includes(digest);
    this.#checks.expect('a served manifest is among the referrers of its subject', isListed, () => digest);
  }

  async #tag(key: string): Promise<void> {
    const writes = this.#journal.tags.get(key) ?? [];
    const [repository = '', tag = ''] = key.split(':');
    const answer = await this.#client.manifest(repository, tag);
    const digest = answer.status === 200 ? String(answer.headers['docker-content-digest']) : null;
    const isIntact = digest === null ? answer.status === 404 : serves(answer, digest);
    this.#checks.expect('a tag is absent or serves an intact manifest', isIntact, () => `${key}: ${answer.status}`);
    this.#checks.expect(
      'a tag points to what was last acknowledged, or was under way in the end',
      this.#journal.mayPointTo(writes, digest),
      () => `${key} -> ${digest}, but the requests were ${JSON.stringify(writes)}`,
    );
    this.#journal.settleTag(key, digest, this.#isRestarted);
  }

  async #tagLists(repository: string): Promise<void> {
    const now = (tag: string): string | null => this.#journal.tags.get(`${repository}:${tag}`)?.[0]?.digest ?? null;
    for (const group of TAG_GROUPS) {
      const digests = new Set(group.map(now));
      const found = (): string => `${repository}: ${group} -> ${[...digests]}`;
      this.#checks.expect('the tags of one request moved together', digests.size === 1, found);
    }
    const listed = await this.#client.tags(repository);
    const served = [...this.#journal.tags.keys()]
      .filter((key) => key.startsWith(`${repository}:`))
      .map((key) => key.slice(repository.length + 1))
      .filter((tag) => now(tag) !== null);
    const isSame = listed.toSorted().join() === served.toSorted().join();
    this.#checks.expect('the tag list names the tags that are served', isSame, () => `${listed} but ${served}`);
  }
}

function serves({ status, body }: Answer, digest: string): boolean {
  return status === 200 && digestOf(body, digest.startsWith('sha512:') ? 'sha512' : 'sha256') === digest;
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = [...items];
  const worker = async (): Promise<void> => {
    for (let item = rest.pop(); item !== undefined; item = rest.pop()) await work(item);
  };
  await Promise.all(Array.from({ length: IN_PARALLEL }, worker));
}
