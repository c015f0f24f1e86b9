export { CANONICAL_ALGORITHM, DIGEST_ALGORITHMS, Digest } from './digest.js';
export { OciError, type OciErrorCode, OciErrorList, type OciErrorOptions } from './error.js';
export { isTag, parseReference, type Reference } from './reference.js';
export { parseRepositoryName } from './repository-name.js';
