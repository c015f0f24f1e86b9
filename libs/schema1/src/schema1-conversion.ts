import { createHash } from 'node:crypto';
import { Digest } from '#libs/oci';
import { printText, rawMembers } from './go-json.js';
import { printTime } from './go-time.js';
import { type ImageConfig, type ImageHistory, readImageConfig, UnconvertibleImageError } from './image-config.js';
import type { Schema1Manifest } from './schema1-manifest.js';

/** The layer of a history entry that changed no file: a gzipped empty tar. The repository has to have it. */
export const EMPTY_LAYER = Buffer.from([
  31, 139, 8, 0, 0, 9, 110, 136, 0, 255, 98, 24, 5, 163, 96, 20, 140, 88, 0, 8, 0, 0, 255, 255, 46, 175, 181, 239, 0, 4,
  0, 0,
]);

export const EMPTY_LAYER_DIGEST = Digest.of(EMPTY_LAYER);

/** An image of Docker schema 2 or of OCI. */
export interface ConvertibleImage {
  readonly name: string;
  readonly tag: string;
  /** The bytes of the image's configuration. */
  readonly config: Uint8Array;
  /** Oldest first. */
  readonly layers: readonly Digest[];
}

/** One layer of the result. */
interface Schema1Layer {
  readonly blobSum: Digest;
  readonly v1Compatibility: string;
}

/**
 * Converts an image for a client that knows schema 1 only, to the byte as Distribution 2.3 to 2.8 did. Throws
 * `UnconvertibleImageError` when the configuration does not tell the history of the layers.
 */
export function convertToSchema1({ name, tag, config, layers }: ConvertibleImage): Schema1Manifest {
  const json = Buffer.from(config).toString();
  const image = readImageConfig(json, layers.length);
  const oldestFirst = convertLayers(image, json, layers);
  const newestFirst = oldestFirst.toReversed();
  return {
    name,
    tag,
    architecture: image.architecture,
    fsLayers: newestFirst.map(({ blobSum }) => blobSum),
    history: newestFirst.map(({ v1Compatibility }) => v1Compatibility),
  };
}

function convertLayers(image: ImageConfig, json: string, layers: readonly Digest[]): Schema1Layer[] {
  const blobSums = assignLayers(image.history, layers);
  const converted: Schema1Layer[] = [];
  let parent = '';
  for (const [index, history] of image.history.entries()) {
    const blobSum = blobSums[index] ?? EMPTY_LAYER_DIGEST;
    if (index === image.history.length - 1) {
      const id = sha256(`${blobSum.encoded} ${parent} ${json}`);
      converted.push({ blobSum, v1Compatibility: newestEntry(json, id, parent, history.isEmptyLayer) });
      break;
    }
    const id = sha256(`${blobSum.encoded} ${parent}`);
    const recordedParent = index === 0 ? baseLayerId(image) : parent;
    converted.push({ blobSum, v1Compatibility: olderEntry(history, id, recordedParent) });
    parent = id;
  }
  return converted;
}

/** Which layer each entry of the history made. */
function assignLayers(history: readonly ImageHistory[], layers: readonly Digest[]): Digest[] {
  const left = [...layers];
  const assigned = history.map(({ isEmptyLayer }) => (isEmptyLayer ? EMPTY_LAYER_DIGEST : left.shift()));
  if (left.length > 0 || assigned.includes(undefined)) {
    throw new UnconvertibleImageError('its history does not have as many layers as the image');
  }
  return assigned.filter((digest) => digest !== undefined);
}

/** The parent that the oldest layer of a Windows image had. */
function baseLayerId({ baseLayer }: ImageConfig): string {
  return baseLayer === undefined ? '' : createHash('sha384').update(baseLayer).digest('hex').slice(0, 64);
}

function olderEntry(history: ImageHistory, id: string, parent: string): string {
  const members = [
    `"id":${printText(id)}`,
    parent && `"parent":${printText(parent)}`,
    history.comment && `"comment":${printText(history.comment)}`,
    `"created":${printText(printTime(history.created) ?? '')}`,
    `"container_config":{"Cmd":[${printText(history.createdBy)}]}`,
    history.author && `"author":${printText(history.author)}`,
    history.isEmptyLayer && '"throwaway":true',
  ];
  return `{${members.filter(Boolean).join(',')}}`;
}

/** The configuration itself, less what schema 1 does not know, with what it needs. */
function newestEntry(json: string, id: string, parent: string, isEmptyLayer: boolean): string {
  const members = rawMembers(json);
  members.delete('rootfs');
  members.delete('history');
  members.set('id', printText(id));
  if (parent) members.set('parent', printText(parent));
  if (isEmptyLayer) members.set('throwaway', 'true');
  const sorted = [...members].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return `{${sorted.map(([member, value]) => `${printText(member)}:${value}`).join(',')}}`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
