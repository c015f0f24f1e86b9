export { openLdap } from './ldap.js';
export type { LdapOptions } from './ldap-options.js';
