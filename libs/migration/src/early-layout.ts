import { dirname } from 'node:path/posix';
import { Digest, OciError } from '#libs/oci';
import { pathOf, type StorageDriver, walkIfPresent } from '#libs/storage';

/**
 * Where the first registries, of 2014, kept their content. Only tarsums name layers there:
 *
 *     /docker/registry/v2/
 *       repositories/<name>/
 *         manifests/<tag>                                          the signed manifest as it was pushed
 *         layers/tarsum/<version>/<hash>/<first two>/<encoded>     the text of the tarsum
 *       blob/tarsum/<version>/<hash>/<first two>/<encoded>         the bytes of the layer
 */
const ROOT = dirname(pathOf.repositories());

const addressed = ({ tarSum, encoded }: Digest) =>
  `tarsum/${tarSum?.version}/${tarSum?.hash}/${encoded.slice(0, 2)}/${encoded}`;

/** Paths in the early layout. Digests are tarsums. */
export const earlyPathOf = {
  blobs: () => `${ROOT}/blob`,
  blob: (digest: Digest) => `${ROOT}/blob/${addressed(digest)}`,
  layerLink: (name: string, digest: Digest) => `${pathOf.repository(name)}/layers/${addressed(digest)}`,
  manifest: (name: string, tag: string) => `${pathOf.repository(name)}/manifests/${tag}`,
} as const;

export interface EarlyBlob {
  readonly kind: 'blob';
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly digest: Digest;
}

/** What makes a blob a layer of a repository. */
export interface EarlyLink {
  readonly kind: 'link';
  readonly path: string;
  readonly name: string;
  readonly digest: Digest;
}

export interface EarlyManifest {
  readonly kind: 'manifest';
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly name: string;
  readonly tag: string;
}

/** A file that no early registry put where it lies. */
export interface ForeignFile {
  readonly kind: 'foreign';
  readonly path: string;
}

/** The files where early registries keep blobs. */
export async function* walkEarlyBlobs(storage: StorageDriver): AsyncGenerator<EarlyBlob | ForeignFile> {
  for await (const { path, size } of walkFiles(storage, earlyPathOf.blobs())) {
    const digest = digestAt(path);
    if (digest && earlyPathOf.blob(digest) === path) yield { kind: 'blob', path, size, digest };
    else yield { kind: 'foreign', path };
  }
}

/** The files where early registries keep repositories. What lies there in today's layout is passed over. */
export async function* walkEarlyRepositories(
  storage: StorageDriver,
): AsyncGenerator<EarlyLink | EarlyManifest | ForeignFile> {
  for await (const { path, size } of walkFiles(storage, pathOf.repositories())) {
    yield linkAt(path) ?? manifestAt(path, size) ?? { kind: 'foreign', path };
  }
}

function linkAt(path: string): EarlyLink | null {
  const name = nameIn(path, 6);
  const digest = digestAt(path);
  if (!isEarlyName(name) || !digest || earlyPathOf.layerLink(name, digest) !== path) return null;
  return { kind: 'link', path, name, digest };
}

function manifestAt(path: string, size: number): EarlyManifest | null {
  const name = nameIn(path, 2);
  const tag = path.slice(path.lastIndexOf('/') + 1);
  if (!isEarlyName(name) || !isEarlyTag(tag) || earlyPathOf.manifest(name, tag) !== path) return null;
  return { kind: 'manifest', path, size, name, tag };
}

/** The repository of a path that has so many components behind its name. */
function nameIn(path: string, behind: number): string {
  return path
    .slice(pathOf.repositories().length + 1)
    .split('/')
    .slice(0, -behind)
    .join('/');
}

/** The tarsum that the last four components of a path stand for, if they do. */
function digestAt(path: string): Digest | null {
  const [version, hash, , encoded = ''] = path.split('/').slice(-4);
  try {
    return Digest.from(`tarsum${version === 'v0' ? '' : `.${version}`}+${hash}`, encoded);
  } catch (error) {
    if (error instanceof OciError) return null;
    throw error;
  }
}

/** What the drivers of 2014 took as a component of a path, all of at least two characters. */
const COMPONENT = /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/;

function isEarlyName(name: string): boolean {
  const components = name.split('/');
  if (name.length > 255 || components.length < 2 || components.length > 5) return false;
  return components.every(({ length }) => length >= 2 && length <= 30) && components.every(isComponent);
}

function isEarlyTag(tag: string): boolean {
  return tag.length >= 2 && tag.length <= 128 && isComponent(tag);
}

function isComponent(text: string): boolean {
  return COMPONENT.test(text);
}

async function* walkFiles(storage: StorageDriver, root: string): AsyncGenerator<{ path: string; size: number }> {
  // Today's layout begins its own directories with an underscore, which no name has.
  const enter = (directory: string) => !directory.slice(directory.lastIndexOf('/') + 1).startsWith('_');
  for await (const entry of walkIfPresent(storage, root, { enter })) if (!entry.isDirectory) yield entry;
}
