export type { Content } from './content.js';
export { Layer } from './layer.js';
export { LayerModule } from './layer.module.js';
export { LayerService, type MayRead } from './layer.service.js';
export { TarSumVersionUnsupportedError } from './layer-error.js';
export { type FinishOptions, LayerUpload } from './layer-upload.js';
export { type Purged, UploadPurge } from './upload-purge.js';
