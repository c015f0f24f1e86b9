export { bytesOf } from './content.js';
export { ForwardingObjectStore } from './forwarding-store.js';
export { type BreakerOptions, guardStore } from './guarded-store.js';
export { type ListRaw, listPage, type RawPage, type RawRequest } from './list-page.js';
export { MemoryObjectStore } from './memory/memory-object-store.js';
export { ObjectStorageDriver, type ObjectStorageOptions } from './object-storage-driver.js';
export {
  type ByteSpan,
  type ListRequest,
  type ObjectInfo,
  type ObjectPage,
  ObjectStore,
  type ObjectStoreTraits,
  type OpenObject,
  type PartUpload,
  type PutOptions,
  type SignOptions,
  type StoredPart,
} from './object-store.js';
export { PartsGoneError } from './object-store-error.js';
export { openObjectStorage } from './open-object-storage.js';
export { ResumingContent, type Resumption } from './resuming-content.js';
export { createStoreAgent, type StoreAgentOptions } from './store-agent.js';
export { StoreCalls } from './store-calls.js';
export { isUploadId, newUploadId, timeOfUpload } from './upload-id.js';
