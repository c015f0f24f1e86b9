export { ExpiringSecrets, type IssuedSecret } from './expiring-secrets.js';
