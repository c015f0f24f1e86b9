import { isObject } from '#libs/oci';
import { printTime } from './go-time.js';

/** An image that cannot be told in the terms of schema 1. */
export class UnconvertibleImageError extends Error {
  override readonly name = 'UnconvertibleImageError';

  constructor(
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`the image cannot be converted: ${reason}`, options);
  }
}

/** What the conversion needs of an image's configuration. */
export interface ImageConfig {
  readonly architecture: string;
  /** Oldest first; at least one. */
  readonly history: readonly ImageHistory[];
  /** What the layers of a Windows image lie on. */
  readonly baseLayer?: string;
}

export interface ImageHistory {
  readonly created?: string;
  readonly createdBy: string;
  readonly author: string;
  readonly comment: string;
  readonly isEmptyLayer: boolean;
}

/** Reads the configuration of an image of so many layers. Throws `UnconvertibleImageError`. */
export function readImageConfig(json: string, layers: number): ImageConfig {
  const config = parse(json);
  const { history, rootfs } = config;
  if (!Array.isArray(history) || history.length === 0) throw new UnconvertibleImageError('it has no history');
  const diffIds = isObject(rootfs) ? rootfs.diff_ids : undefined;
  if (!Array.isArray(diffIds) || diffIds.length !== layers) {
    throw new UnconvertibleImageError('its rootfs does not have as many layers as the manifest');
  }
  const baseLayer = isObject(rootfs) ? textOf(rootfs, 'base_layer') : '';
  return {
    architecture: textOf(config, 'architecture'),
    history: history.map(readHistory),
    ...(baseLayer && { baseLayer }),
  };
}

function parse(json: string): Record<string, unknown> {
  try {
    const config: unknown = JSON.parse(json);
    if (isObject(config)) return config;
  } catch (error) {
    throw new UnconvertibleImageError('its configuration is not JSON', { cause: error });
  }
  throw new UnconvertibleImageError('its configuration is not a JSON object');
}

function readHistory(entry: unknown): ImageHistory {
  if (!isObject(entry)) throw new UnconvertibleImageError('an entry of its history is not an object');
  const created = textOf(entry, 'created') || undefined;
  if (printTime(created) === undefined) throw new UnconvertibleImageError('a time of its history is not of RFC 3339');
  return {
    createdBy: textOf(entry, 'created_by'),
    author: textOf(entry, 'author'),
    comment: textOf(entry, 'comment'),
    isEmptyLayer: entry.empty_layer === true,
    ...(created !== undefined && { created }),
  };
}

function textOf(object: Record<string, unknown>, member: string): string {
  const value = object[member] ?? '';
  if (typeof value === 'string') return value;
  throw new UnconvertibleImageError(`${member} is not a text`);
}
