export { ManifestModule } from './manifest.module.js';
export { type ManifestPush, ManifestService, type Precondition, type PushedManifest } from './manifest.service.js';
export { type ReferrerDescriptor, ReferrersService } from './referrers.service.js';
export type { StoredManifest } from './stored-manifest.js';
export { type TagPage, TagService } from './tag.service.js';
