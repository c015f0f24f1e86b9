import { bareMediaType, Digest, isObject, JsonError, OciError, objectIn, parseJson } from '#libs/oci';

/** The media types of a schema 1 manifest, without and with its signatures. */
export const Schema1Type = {
  unsigned: 'application/vnd.docker.distribution.manifest.v1+json',
  signed: 'application/vnd.docker.distribution.manifest.v1+prettyjws',
} as const;

/** What a schema 1 manifest says. Its bytes without the signatures are what its digest names. */
export interface Schema1Manifest {
  readonly name: string;
  readonly tag: string;
  readonly architecture: string;
  /** Newest first. */
  readonly fsLayers: readonly Digest[];
  /** For each layer, JSON text that describes it. */
  readonly history: readonly string[];
}

export interface Schema1Reading {
  /** The well-formed parts; absent when there is nothing to make sense of. */
  readonly manifest?: Schema1Manifest;
  /** `MANIFEST_INVALID` and `DIGEST_INVALID` errors, one for each broken rule. */
  readonly errors: readonly OciError[];
}

/** Whether a media type is one of schema 1. */
export function isSchema1Type(mediaType: string): boolean {
  return mediaType === Schema1Type.unsigned || mediaType === Schema1Type.signed;
}

/** Whether content is a schema 1 manifest by the type that came with it, or by itself where that says nothing. */
export function isSchema1(content: Buffer, contentType?: string): boolean {
  const mediaType = bareMediaType(contentType);
  if (mediaType !== undefined && mediaType !== 'application/json') return isSchema1Type(mediaType);
  return objectIn(content)?.schemaVersion === 1;
}

/** Reads the payload of a schema 1 manifest: the document without its signatures. */
export function readSchema1(payload: Uint8Array): Schema1Reading {
  const errors: OciError[] = [];
  const document = readDocument(payload, errors);
  if (!document) return { errors };
  if (document.schemaVersion !== 1) errors.push(invalid('schemaVersion', 'must be 1'));
  const manifest = {
    name: readText(document, 'name', errors),
    tag: readText(document, 'tag', errors),
    architecture: readText(document, 'architecture', errors),
    fsLayers: readList(document, 'fsLayers', errors).flatMap((entry, index) => readLayer(entry, index, errors)),
    history: readList(document, 'history', errors).flatMap((entry, index) => readHistory(entry, index, errors)),
  };
  const [layers, entries] = [document.fsLayers, document.history];
  if (Array.isArray(layers) && Array.isArray(entries) && layers.length !== entries.length) {
    errors.push(invalid('history', `must be as long as fsLayers: ${entries.length} against ${layers.length}`));
  }
  return { manifest, errors };
}

function readDocument(payload: Uint8Array, errors: OciError[]): Record<string, unknown> | undefined {
  try {
    const document = parseJson(payload);
    if (isObject(document)) return document;
    errors.push(invalid('', 'must be a JSON object'));
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    errors.push(invalid('', error.message));
  }
  return undefined;
}

function readText(document: Record<string, unknown>, field: string, errors: OciError[]): string {
  const value = document[field] ?? '';
  if (typeof value === 'string') return value;
  errors.push(invalid(field, 'must be a text'));
  return '';
}

function readList(document: Record<string, unknown>, field: string, errors: OciError[]): unknown[] {
  const value = document[field];
  if (Array.isArray(value)) return value;
  errors.push(invalid(field, 'must be a list'));
  return [];
}

function readLayer(entry: unknown, index: number, errors: OciError[]): Digest[] {
  const field = `fsLayers[${index}].blobSum`;
  const text = isObject(entry) ? entry.blobSum : undefined;
  try {
    if (typeof text === 'string') return [Digest.parse(text)];
    errors.push(invalid(field, 'must be a digest'));
  } catch (error) {
    if (!(error instanceof OciError)) throw error;
    errors.push(new OciError(error.code, { field, ...(error.detail as object) }, { message: error.message }));
  }
  return [];
}

function readHistory(entry: unknown, index: number, errors: OciError[]): string[] {
  const text = isObject(entry) ? entry.v1Compatibility : undefined;
  if (typeof text === 'string') return [text];
  errors.push(invalid(`history[${index}].v1Compatibility`, 'must be a text'));
  return [];
}

function invalid(field: string, rule: string): OciError {
  return new OciError('MANIFEST_INVALID', { field, rule });
}
