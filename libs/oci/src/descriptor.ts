import { Digest } from './digest.js';
import { isObject } from './json.js';
import { isMediaType } from './media-type.js';
import { memberNames, type Problem, readAnnotations, readOptionalText, refuseLookAlikes } from './member.js';

/** What names a piece of content and says how it is to be read (image specification, "Content Descriptors"). */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly platform?: Platform;
}

export interface Platform {
  readonly os: string;
  readonly architecture: string;
}

const MEMBERS = memberNames('mediaType', 'digest', 'size', 'urls', 'annotations', 'data', 'artifactType', 'platform');

/** Reads a descriptor. What is wrong with it goes to `problems`, and the result is then undefined. */
export function readDescriptor(value: unknown, field: string, problems: Problem[]): Descriptor | undefined {
  if (!isObject(value)) {
    problems.push({ field, rule: 'must be a descriptor: an object' });
    return undefined;
  }
  const before = problems.length;
  const { mediaType, size } = value;
  refuseLookAlikes(value, MEMBERS, `${field}.`, problems);
  const digest = readDigest(value.digest, `${field}.digest`, problems);
  if (typeof mediaType !== 'string' || !isMediaType(mediaType)) {
    problems.push({ field: `${field}.mediaType`, rule: 'must be a media type' });
  }
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
    problems.push({ field: `${field}.size`, rule: `must be a whole number of bytes, 0 to ${Number.MAX_SAFE_INTEGER}` });
  }
  const artifactType = readOptionalText(value.artifactType, `${field}.artifactType`, problems);
  const annotations = readAnnotations(value.annotations, `${field}.annotations`, problems);
  if (problems.length > before || !digest) return undefined;
  const platform = readPlatform(value.platform);
  return {
    mediaType: mediaType as string,
    digest,
    size: size as number,
    ...(artifactType !== undefined && { artifactType }),
    ...(annotations && { annotations }),
    ...(platform && { platform }),
  };
}

function readDigest(value: unknown, field: string, problems: Problem[]): Digest | undefined {
  try {
    const digest = typeof value === 'string' ? Digest.parse(value) : undefined;
    // Sums of archives were never part of these formats.
    if (digest && !digest.tarSum) return digest;
  } catch {
    // What is wrong with it is said below, with the field that it stands in.
  }
  problems.push({ field, rule: 'must be a digest of a supported algorithm' });
  return undefined;
}

function readPlatform(value: unknown): Platform | undefined {
  if (!isObject(value)) return undefined;
  const { os, architecture } = value;
  return typeof os === 'string' && typeof architecture === 'string' ? { os, architecture } : undefined;
}
