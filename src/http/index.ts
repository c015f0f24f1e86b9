export { bringsContent } from './brings-content.js';
export { clientNetworkOf } from './client-network.js';
export { applyDescriptions, Describe } from './describe.js';
export { allowDirectOutput } from './direct-output.js';
export { entityTag, isNotModified, preconditionOf } from './entity-tag.js';
export { errorBody } from './error-body.js';
export { HttpModule } from './http.module.js';
export { LocationBuilder } from './location.js';
export { linkToNext, type Page, readPage } from './page.js';
export {
  EXAMPLE_DIGEST,
  ManifestReference,
  PathDigest,
  QueryDigest,
  queryDigestOf,
  RepositoryName,
  repositoryNameOf,
  UploadId,
} from './params.js';
export { queryText, queryTexts, readOrUndefined } from './query.js';
export { readBody, uploadBodyOf } from './read-body.js';
export { readForm } from './read-form.js';
export { readJson } from './read-json.js';
export { RegistryExceptionFilter } from './registry-exception.filter.js';
export { RegistryExpressAdapter } from './registry-express-adapter.js';
export type { RegistryResponse } from './registry-response.js';
export type { RegistryServer } from './registry-server.js';
export { remoteAddressOf } from './remote-address.js';
export { requireHost } from './require-host.js';
export { sendJson } from './send-json.js';
export { cutSlowBodies } from './slow-bodies.js';
export { describeFailure } from './storage-failure.js';
export { tooManyRequests } from './too-many-requests.js';
export { isFromTrustedProxy } from './trusted-proxy.js';
export { warn } from './warning.js';
