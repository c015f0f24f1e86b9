export { AccessError, AuthenticatorUnavailableError } from './access-error.js';
export { ACTIONS, type Action } from './action.js';
export { Authenticator } from './authenticator.js';
export { type AccessRequest, Authorizer, type Decision } from './authorizer.js';
export type { Credentials } from './credentials.js';
export type { Grant } from './grant.js';
export { ANONYMOUS, type Principal } from './principal.js';
