import assert from 'node:assert/strict';
import type { Descriptor } from './oci-layout.ts';
import type { RegistryReader } from './registry.ts';

interface Repository {
  readonly tags: ReadonlyMap<string, string>;
  readonly manifests: ReadonlySet<string>;
  /** Digest and size in bytes. */
  readonly blobs: ReadonlyMap<string, number>;
}

/** All that a registry serves of the repositories that have tags, by name. */
export type Snapshot = ReadonlyMap<string, Repository>;

/** Reads all that a registry serves. What nothing tagged leads to, referrers excepted, is not found. */
export async function takeSnapshot(reader: RegistryReader): Promise<Snapshot> {
  const repositories = new Map<string, Repository>();
  for (const name of await taggedRepositories(reader)) repositories.set(name, await readRepository(reader, name));
  return repositories;
}

/** How much a snapshot covers, in words. */
export function describeSnapshot(snapshot: Snapshot): string {
  const all = [...snapshot.values()];
  const sum = (count: (repository: Repository) => number) => all.reduce((total, one) => total + count(one), 0);
  const tags = sum((one) => one.tags.size);
  const manifests = sum((one) => one.manifests.size);
  return `${snapshot.size} repositories, ${tags} tags, ${manifests} manifests, ${sum((one) => one.blobs.size)} blobs`;
}

/** Proves that a registry serves the same: each blob is looked up in each repository and read once. */
export async function assertServes(reader: RegistryReader, snapshot: Snapshot): Promise<void> {
  assert.deepEqual(await taggedRepositories(reader), [...snapshot.keys()], 'catalog');
  const read = new Set<string>();
  for (const [name, { tags, manifests, blobs }] of snapshot) {
    assert.deepEqual((await reader.tags(name)).sort(), [...tags.keys()], `tags of ${name}`);
    for (const [tag, digest] of tags) {
      assert.equal((await reader.manifest(name, tag)).digest, digest, `${name}:${tag}`);
    }
    for (const digest of manifests) assert.equal((await reader.manifest(name, digest)).digest, digest, name);
    for (const [digest, size] of blobs) {
      assert.equal(await reader.blobSize(name, digest), size, `size of ${name}@${digest}`);
      if (!read.has(digest)) assert.equal(await reader.blobDigest(name, digest), digest, name);
      read.add(digest);
    }
  }
}

/** Distribution also lists repositories that are empty; it sorts no tags. */
async function taggedRepositories(reader: RegistryReader): Promise<string[]> {
  const tagged: string[] = [];
  for (const name of await reader.repositories()) if ((await reader.tags(name)).length > 0) tagged.push(name);
  return tagged.sort();
}

async function readRepository(reader: RegistryReader, name: string): Promise<Repository> {
  const tags = new Map<string, string>();
  const manifests = new Set<string>();
  const blobs = new Map<string, number>();
  for (const tag of (await reader.tags(name)).sort()) {
    const { digest } = await reader.manifest(name, tag);
    tags.set(tag, digest);
    await collect(reader, name, digest, manifests, blobs);
  }
  return { tags, manifests, blobs };
}

async function collect(
  reader: RegistryReader,
  name: string,
  digest: string,
  manifests: Set<string>,
  blobs: Map<string, number>,
): Promise<void> {
  if (manifests.has(digest)) return;
  manifests.add(digest);
  const { manifest } = await reader.manifest(name, digest);
  for (const blob of blobsOf(manifest)) blobs.set(blob.digest, blob.size);
  const next = [...(manifest.manifests ?? []), ...(await reader.referrers(name, digest))];
  for (const child of next) await collect(reader, name, child.digest, manifests, blobs);
}

function blobsOf({ config, layers = [] }: { config?: Descriptor; layers?: readonly Descriptor[] }): Descriptor[] {
  return config === undefined ? [...layers] : [config, ...layers];
}
