export { Layer } from './layer.js';
export { LayerModule } from './layer.module.js';
export { LayerService, type MayRead } from './layer.service.js';
export { type Content, type FinishOptions, LayerUpload } from './layer-upload.js';
