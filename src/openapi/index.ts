export { json, OCTETS } from './bodies.js';
export { DescribedUnder, describeOperation, type OperationDescription, type Parameter } from './describe-operation.js';
export { type Failure, failure } from './failure.js';
export {
  BUSY,
  DIGEST_MALFORMED,
  LOGIN_UNAVAILABLE,
  NAME_INVALID,
  PAGE_INVALID,
  refusals,
  STORAGE_FULL,
  STORAGE_UNAVAILABLE,
  UNAUTHENTICATED,
} from './failures.js';
export { type HeaderName, headerReferences } from './headers.js';
export { OpenApiModule } from './openapi.module.js';
export { OpenApiDocument } from './openapi-document.js';
export {
  CONTENT_LENGTH,
  CONTENT_RANGE,
  IF_MATCH_CHANGE,
  IF_NONE_MATCH,
  IF_NONE_MATCH_CHANGE,
  lastEntry,
  PAGE_SIZE,
  TOTAL_SIZE,
} from './parameters.js';
export { type SchemaName, schemaReference } from './schemas.js';
