import type { KeyObject } from 'node:crypto';
import { generateKey, prettySignature, sign } from '#libs/json-signature';
import { Digest } from '#libs/oci';
import { printSchema1 } from '#libs/schema1';
import type { StorageDriver } from '#libs/storage';
import { createTarSum } from '#libs/tarsum';

const ROOT = '/docker/registry/v2';

export interface EarlyImage {
  readonly name: string;
  readonly tag: string;
  readonly layers: readonly Digest[];
  /** Keys that sign it; one of its own when not given. */
  readonly keys?: readonly KeyObject[];
}

/**
 * Writes what the first registries, of 2014, wrote. Paths are spelled out here, so that tests do not take them from the
 * code that they test.
 */
export class EarlyRoot {
  constructor(private readonly storage: StorageDriver) {}

  /** Puts a layer into a repository: its blob and the link to it. */
  async addLayer(name: string, tar: Buffer, algorithm = 'tarsum.v1+sha256'): Promise<Digest> {
    const digest = tarSumOf(tar, algorithm);
    await this.storage.putContent(earlyBlobPath(digest), tar);
    await this.addLink(name, digest);
    return digest;
  }

  async addLink(name: string, digest: Digest, text = digest.toString()): Promise<void> {
    await this.storage.putContent(earlyLinkPath(name, digest), Buffer.from(text));
  }

  /** Puts a signed manifest into a repository; `change` makes another document of it on the way. */
  async addManifest(image: EarlyImage, change: (document: string) => string = (text) => text): Promise<EarlyDocument> {
    const { name, tag, layers, keys = [generateKey()] } = image;
    const history = layers.map((layer) => JSON.stringify({ id: layer.encoded, config: { Cmd: ['<run>'] } }));
    const payload = printSchema1({ name, tag, architecture: 'amd64', fsLayers: layers, history });
    const signatures = keys.map((key) => sign(payload, key, { time: new Date() }));
    const document = Buffer.from(change(prettySignature(payload, signatures).toString()));
    const path = earlyManifestPath(name, tag);
    await this.storage.putContent(path, document);
    return { path, document, payload, digest: Digest.of(payload) };
  }
}

export interface EarlyDocument {
  readonly path: string;
  readonly document: Buffer;
  /** What is signed. */
  readonly payload: Buffer;
  /** Of the payload. */
  readonly digest: Digest;
}

export function earlyBlobPath(digest: Digest): string {
  return `${ROOT}/blob/${digestPath(digest)}`;
}

export function earlyLinkPath(name: string, digest: Digest): string {
  return `${ROOT}/repositories/${name}/layers/${digestPath(digest)}`;
}

export function earlyManifestPath(name: string, tag: string): string {
  return `${ROOT}/repositories/${name}/manifests/${tag}`;
}

function digestPath({ tarSum, encoded }: Digest): string {
  return `tarsum/${tarSum?.version}/${tarSum?.hash}/${encoded.slice(0, 2)}/${encoded}`;
}

export function tarSumOf(tar: Buffer, algorithm = 'tarsum.v1+sha256'): Digest {
  const sum = createTarSum(algorithm);
  sum.update(tar);
  return Digest.from(algorithm, sum.digest());
}

/** A tar archive of one file. */
export function tarOf(name: string, body: string | Buffer): Buffer {
  const content = Buffer.from(body);
  const header = Buffer.alloc(512);
  const fields: [number, string][] = [
    [0, name],
    [100, '0000644\0'],
    [108, '0001750\0'],
    [116, '0001750\0'],
    [124, `${content.length.toString(8).padStart(11, '0')}\0`],
    [136, '12442613600\0'],
    [148, '        0'],
    [257, 'ustar\x0000'],
  ];
  for (const [at, text] of fields) header.write(text, at, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, content, Buffer.alloc(-content.length & 511), Buffer.alloc(1024)]);
}
