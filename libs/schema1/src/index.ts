export { UnconvertibleImageError } from './image-config.js';
export { type ConvertibleImage, convertToSchema1, EMPTY_LAYER, EMPTY_LAYER_DIGEST } from './schema1-conversion.js';
export {
  isSchema1,
  isSchema1Type,
  readSchema1,
  type Schema1Manifest,
  type Schema1Reading,
  Schema1Type,
} from './schema1-manifest.js';
export { printSchema1 } from './schema1-payload.js';
export { missingLayers, signatureErrors, takeApart } from './signed-schema1.js';
