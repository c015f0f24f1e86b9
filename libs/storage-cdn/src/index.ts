export { type CdnOptions, openCdn } from './cdn-store.js';
