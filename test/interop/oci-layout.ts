import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { digestOf, digestOfFile } from './digest.ts';

export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
export const OCI_CONFIG = 'application/vnd.oci.image.config.v1+json';
export const OCI_LAYER = 'application/vnd.oci.image.layer.v1.tar';
export const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';

export interface Platform {
  readonly os: string;
  readonly architecture: string;
}

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly platform?: Platform;
  readonly artifactType?: string;
  readonly annotations?: Record<string, string>;
}

/** What the checks read of an image manifest or index. */
export interface Manifest {
  readonly mediaType?: string;
  readonly config?: Descriptor;
  readonly layers?: readonly Descriptor[];
  readonly manifests?: readonly Descriptor[];
  readonly subject?: Descriptor;
}

/** Where an OCI image layout keeps a blob. */
export function blobPath(folder: string, digest: string): string {
  return join(folder, 'blobs', ...digest.split(':'));
}

/** Reads the manifests that `index.json` of an image layout names. */
export async function readIndex(folder: string): Promise<readonly Descriptor[]> {
  const index: Manifest = JSON.parse(await readFile(join(folder, 'index.json'), 'utf8'));
  return index.manifests ?? [];
}

/** Writes an OCI image layout (image-spec, image-layout.md). */
export class LayoutWriter {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Stores a tar as a layer, compressed or as it is, and gives its DiffID too. The tar is consumed. */
  async addLayer(tar: string, compress = true): Promise<{ descriptor: Descriptor; diffId: string }> {
    const diffId = await digestOfFile(tar);
    if (!compress) return { descriptor: await this.#keep(tar, OCI_LAYER), diffId };
    await pipeline(createReadStream(tar), createGzip({ level: 1 }), createWriteStream(`${tar}.gz`));
    return { descriptor: await this.#keep(`${tar}.gz`, `${OCI_LAYER}+gzip`), diffId };
  }

  /** Stores a config, a manifest or an index. */
  async addJson(mediaType: string, value: object): Promise<Descriptor> {
    const bytes = Buffer.from(JSON.stringify(value));
    const digest = digestOf(bytes);
    await mkdir(join(this.folder, 'blobs/sha256'), { recursive: true });
    await writeFile(blobPath(this.folder, digest), bytes);
    return { mediaType, digest, size: bytes.length };
  }

  /** Ends the layout: it holds one tagged manifest or index. */
  async finish(root: Descriptor, tag: string): Promise<void> {
    const manifests = [{ ...root, annotations: { 'org.opencontainers.image.ref.name': tag } }];
    const index = { schemaVersion: 2, mediaType: OCI_INDEX, manifests };
    await writeFile(join(this.folder, 'index.json'), JSON.stringify(index));
    await writeFile(join(this.folder, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  }

  async #keep(path: string, mediaType: string): Promise<Descriptor> {
    const digest = await digestOfFile(path);
    const { size } = await stat(path);
    await mkdir(join(this.folder, 'blobs/sha256'), { recursive: true });
    await rename(path, blobPath(this.folder, digest));
    return { mediaType, digest, size };
  }
}
