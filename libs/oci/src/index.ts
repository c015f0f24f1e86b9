export { type ContentRange, parseContentRange } from './content-range.js';
export type { Descriptor, Platform } from './descriptor.js';
export { CANONICAL_ALGORITHM, DIGEST_ALGORITHMS, Digest, type TarSum } from './digest.js';
export { OCI_ERROR_CODES, OciError, type OciErrorCode, OciErrorList, type OciErrorOptions } from './error.js';
export { isObject, JsonError, objectIn, parseJson } from './json.js';
export { type Manifest, type ManifestReading, mediaTypeOfStored, readManifest } from './manifest.js';
export { bareMediaType, isIndexType, isManifestType, type ManifestMediaType, MediaType } from './media-type.js';
export { isTag, parseReference, type Reference } from './reference.js';
export { parseRepositoryName } from './repository-name.js';
