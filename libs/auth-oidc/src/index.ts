export { secureFetch } from './fetch.js';
export { openOidc } from './oidc.js';
export { type OidcIssuer, OidcIssuerError, type OidcOptions, readIssuers } from './oidc-options.js';
