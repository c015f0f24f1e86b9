import { type Descriptor, readDescriptor } from './descriptor.js';
import { OciError } from './error.js';
import { isObject, JsonError, objectIn, parseJson } from './json.js';
import {
  bareMediaType,
  isDockerType,
  isIndexType,
  isManifestType,
  isNonDistributable,
  type ManifestMediaType,
  MediaType,
} from './media-type.js';
import { isBlank, memberNames, type Problem, readAnnotations, readOptionalText, refuseLookAlikes } from './member.js';

/** What a manifest says. Its bytes stay the truth: they are what the digest names, and are never written anew. */
export interface Manifest {
  readonly mediaType: ManifestMediaType;
  /** What the referrers of its subject list it as; a text of the manifest, or the media type of an image's config. */
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Config and layers that the repository must have; layers that may not be distributed are left out. */
  readonly blobs: readonly Descriptor[];
  /** The manifests that an index lists. */
  readonly manifests: readonly Descriptor[];
  /** The manifest that this one refers to. It need not exist. */
  readonly subject?: Descriptor;
}

/** What could be read of a manifest, and every rule that it breaks. */
export interface ManifestReading {
  /** The well-formed parts of it; absent when there is nothing to make sense of. */
  readonly manifest?: Manifest;
  /** `MANIFEST_INVALID` errors, one for each broken rule; what stands behind the hundredth may be left unread. */
  readonly errors: readonly OciError[];
}

const MEMBERS = memberNames(
  'schemaVersion',
  'mediaType',
  'artifactType',
  'config',
  'layers',
  'manifests',
  'subject',
  'annotations',
);

/** Most manifests break one rule or two; a hostile one must not get an answer larger than itself, nor much work. */
const MAX_PROBLEMS = 100;

/** Reads a manifest as it was pushed, under the media type that the client gave with it, if any. */
export function readManifest(content: Uint8Array, contentType?: string): ManifestReading {
  const problems: Problem[] = [];
  const document = readDocument(content, problems);
  const mediaType = document && decideMediaType(document, contentType, problems);
  if (!mediaType) return { errors: errorsOf(problems) };

  refuseLookAlikes(document, MEMBERS, '', problems);
  if (document.schemaVersion !== 2) problems.push({ field: 'schemaVersion', rule: 'must be 2' });
  const parts = isIndexType(mediaType) ? readIndex(document, problems) : readImage(document, problems);
  const subject = document.subject == null ? undefined : readDescriptor(document.subject, 'subject', problems);
  const annotations = readAnnotations(document.annotations, 'annotations', problems);
  const artifactType = readOptionalText(document.artifactType, 'artifactType', problems) ?? parts.configType;
  const manifest = {
    mediaType,
    blobs: parts.blobs,
    manifests: parts.manifests,
    ...(artifactType && { artifactType }),
    ...(annotations && { annotations }),
    ...(subject && { subject }),
  };
  return { manifest, errors: errorsOf(problems) };
}

/**
 * The media type of a stored manifest, which its storage does not keep: the one that it names, or the OCI type of its
 * shape. Undefined when it is none that the registry knows. What another registry let in is not judged again.
 */
export function mediaTypeOfStored(content: Buffer): ManifestMediaType | undefined {
  const document = objectIn(content);
  if (document?.schemaVersion !== 2) return undefined;
  const { mediaType } = document;
  if (isBlank(mediaType)) return typeOfShape(document);
  return typeof mediaType === 'string' && isManifestType(mediaType) ? mediaType : undefined;
}

interface Parts {
  readonly blobs: Descriptor[];
  readonly manifests: Descriptor[];
  readonly configType?: string;
}

function readDocument(content: Uint8Array, problems: Problem[]): Record<string, unknown> | undefined {
  try {
    const document = parseJson(content);
    if (isObject(document)) return document;
    problems.push({ field: '', rule: 'must be a JSON object' });
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    problems.push({ field: '', rule: error.message });
  }
  return undefined;
}

function decideMediaType(
  document: Record<string, unknown>,
  contentType: string | undefined,
  problems: Problem[],
): ManifestMediaType | undefined {
  const inside = isBlank(document.mediaType) ? undefined : document.mediaType;
  const given = bareMediaType(contentType);
  // A plain HTTP client sends no type, or that of any JSON: the manifest then speaks for itself.
  const mediaType = given === undefined || given === 'application/json' ? (inside ?? typeOfShape(document)) : given;
  if (typeof mediaType !== 'string' || !isManifestType(mediaType)) {
    problems.push({ field: 'mediaType', rule: `must be one of ${Object.values(MediaType).join(', ')}` });
    return undefined;
  }
  if (inside !== mediaType && (inside !== undefined || isDockerType(mediaType))) {
    problems.push({ field: 'mediaType', rule: `must be the Content-Type it is pushed with, ${mediaType}` });
  } else if (inside === undefined && typeOfShape(document) !== mediaType) {
    problems.push({ field: 'mediaType', rule: `must be given: without it, this is not ${mediaType}` });
  }
  return mediaType;
}

function typeOfShape(document: Record<string, unknown>): ManifestMediaType {
  return document.manifests == null ? MediaType.ociManifest : MediaType.ociIndex;
}

function readImage(document: Record<string, unknown>, problems: Problem[]): Parts {
  // A document that could be read as either is two images under one digest (CVE-2021-41190).
  refuseMember(document, 'manifests', 'an image manifest', problems);
  const config = readDescriptor(document.config, 'config', problems);
  // An image may have no layers, and some clients then leave the member out.
  const layers = readDescriptors(document.layers ?? [], 'layers', problems);
  return {
    blobs: [...(config ? [config] : []), ...layers.filter(({ mediaType }) => !isNonDistributable(mediaType))],
    manifests: [],
    ...(config && { configType: config.mediaType }),
  };
}

function readIndex(document: Record<string, unknown>, problems: Problem[]): Parts {
  refuseMember(document, 'config', 'an index', problems);
  refuseMember(document, 'layers', 'an index', problems);
  // Clients in Go print an empty list as null.
  const manifests = document.manifests === null ? [] : document.manifests;
  return { blobs: [], manifests: readDescriptors(manifests, 'manifests', problems) };
}

function refuseMember(document: Record<string, unknown>, field: string, what: string, problems: Problem[]): void {
  if (document[field] != null) problems.push({ field, rule: `must not stand in ${what}` });
}

function readDescriptors(value: unknown, field: string, problems: Problem[]): Descriptor[] {
  if (!Array.isArray(value)) {
    problems.push({ field, rule: 'must be a list of descriptors' });
    return [];
  }
  const descriptors: Descriptor[] = [];
  for (const [index, entry] of value.entries()) {
    if (problems.length >= MAX_PROBLEMS) break;
    const descriptor = readDescriptor(entry, `${field}[${index}]`, problems);
    if (descriptor) descriptors.push(descriptor);
  }
  return descriptors;
}

function errorsOf(problems: readonly Problem[]): OciError[] {
  return problems.slice(0, MAX_PROBLEMS).map((problem) => new OciError('MANIFEST_INVALID', problem));
}
