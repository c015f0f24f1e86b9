import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { digestOf, digestOfFile, digestOfStream } from '../digest.ts';
import type { SourceImage } from '../images.ts';
import { blobPath, type Descriptor, type Manifest, type Platform, readIndex } from '../oci-layout.ts';

/** What a client got. */
export interface PulledImage {
  /** Of the manifest that was pulled; an index where the client names only that. */
  readonly digest: string;
  readonly configDigest: string;
  /** Digests of the uncompressed layers, from the bottom. */
  readonly diffIds: readonly string[];
  /** Fingerprint of the unpacked filesystem, where the client unpacks. */
  readonly rootfs?: string;
}

export interface PullOptions {
  /** Of an index, take this platform's image. */
  readonly platform?: Platform;
  /** Unpack the image and take its fingerprint, if the client can. */
  readonly unpacked?: boolean;
}

/** A program that pushes and pulls images. References are `host:port/repository:tag`. */
export interface Client {
  readonly name: string;
  /** Whether a push sends the manifest of the image layout byte for byte. */
  readonly keepsManifest: boolean;
  version(): Promise<string>;
  /** Pushes an image from an image layout; returns the digest that the client names. */
  push(image: SourceImage, reference: string): Promise<string>;
  pull(reference: string, options?: PullOptions): Promise<PulledImage>;
}

/** The first match of a group in what a client printed. */
export function find(pattern: RegExp, text: string): string {
  const found = pattern.exec(text)?.[1];
  if (found === undefined) throw new Error(`nothing matches ${pattern} in:\n${text}`);
  return found;
}

/** Reads a pulled image out of an OCI image layout that holds one, and hashes all of it. */
export async function readLayout(folder: string): Promise<PulledImage> {
  const { digest } = await rootOf(folder);
  const pathOf = (blob: string) => blobPath(folder, blob);
  return verifyImage(await readFile(pathOf(digest)), digest, pathOf);
}

/** Reads a pulled index out of an OCI image layout and hashes all of it; returns the digest of the index. */
export async function readIndexLayout(folder: string): Promise<string> {
  const root = await rootOf(folder);
  const pathOf = (blob: string) => blobPath(folder, blob);
  const bytes = await readFile(pathOf(root.digest));
  for (const { digest } of (JSON.parse(bytes.toString()) as Manifest).manifests ?? []) {
    await verifyImage(await readFile(pathOf(digest)), digest, pathOf);
  }
  return digestOf(bytes);
}

/** The only manifest of a layout, or the only tagged one: oras names those of the platforms too. */
async function rootOf(folder: string): Promise<Descriptor> {
  const all = await readIndex(folder);
  const tagged = all.filter(({ annotations }) => annotations?.['org.opencontainers.image.ref.name'] !== undefined);
  const [root, ...others] = all.length > 1 ? tagged : all;
  if (root === undefined || others.length > 0) throw new Error(`${folder} does not hold just one image`);
  return root;
}

/** Hashes a manifest and everything that it names. */
export async function verifyImage(
  bytes: Buffer,
  digest: string | undefined,
  pathOf: (digest: string) => string,
): Promise<PulledImage> {
  const actual = digestOf(bytes);
  if (digest !== undefined && digest !== actual) throw new Error(`the manifest ${digest} hashes to ${actual}`);
  const { config, layers = [] } = JSON.parse(bytes.toString()) as Manifest;
  if (config === undefined) throw new Error(`${actual} has no config`);
  await verifyBlob(config, pathOf(config.digest));
  const diffIds: string[] = [];
  for (const layer of layers) {
    await verifyBlob(layer, pathOf(layer.digest));
    diffIds.push(await diffIdOf(layer, pathOf(layer.digest)));
  }
  return { digest: actual, configDigest: config.digest, diffIds };
}

async function verifyBlob({ digest, size }: Descriptor, path: string): Promise<void> {
  const actual = await digestOfFile(path);
  if (actual !== digest) throw new Error(`the blob ${digest} hashes to ${actual}`);
  const actualSize = (await stat(path)).size;
  if (actualSize !== size) throw new Error(`the blob ${digest} has ${actualSize} bytes, not ${size}`);
}

/** Layers that were seen before: the same digest is the same content. */
const diffIds = new Map<string, string>();

async function diffIdOf({ digest, mediaType }: Descriptor, path: string): Promise<string> {
  const known = diffIds.get(digest);
  if (known !== undefined) return known;
  const compressed = mediaType.endsWith('gzip');
  const file = createReadStream(path);
  const diffId = await digestOfStream(compressed ? file.pipe(createGunzip()) : file);
  diffIds.set(digest, diffId);
  return diffId;
}
