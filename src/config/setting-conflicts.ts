import { resolve } from 'node:path';
import type { ConfigurationProblem } from './configuration.error.js';
import type { Conflict } from './conflict.js';
import type { RegistryConfig } from './registry.config.js';
import { isLoopback } from './setting-rules.js';
import { STORAGE_CONFLICTS } from './storage-conflicts.js';

/** Characters that every proxy takes for themselves; some decode what is percent-encoded, and others do not. */
const PLAIN_PATH = /^[\w.~/-]+$/;

const CONFLICTS: readonly Conflict[] = [
  {
    path: 'http.host',
    isIn: ({ http, auth }) => auth.authenticators.includes('none') && !auth.allowOpenNetwork && !isLoopback(http.host),
    rule: 'must be a loopback address or localhost without a login, because anyone who reaches the registry may push and delete',
    fix: 'Choose auth.authenticators; or write 127.0.0.1; or set auth.allowOpenNetwork to true if everybody may do everything.',
  },
  {
    path: 'auth.authenticators',
    isIn: ({ auth }) => auth.authenticators.includes('none') && auth.authenticators.length > 1,
    rule: 'must not have none beside others, because none lets everybody do everything',
    fix: 'Remove none, or the others.',
  },
  {
    path: 'auth.policy',
    isIn: ({ auth }) => auth.authenticators.includes('none') && auth.policy !== undefined,
    rule: 'must not be set without a login, because none lets everybody do everything',
    fix: 'Choose auth.authenticators, or remove the policy.',
  },
  {
    path: 'auth.administrators',
    isIn: ({ auth }) => auth.administrators.length > 0 && auth.policy !== undefined,
    rule: 'must be empty beside auth.policy, which alone says who may administer',
    fix: 'Give them a rule of the policy, or remove the policy.',
  },
  ...(['realm', 'service', 'issuer'] as const).map((name) => ({
    path: `auth.token.${name}`,
    isIn: ({ auth }: RegistryConfig) => auth.authenticators.includes('token') && auth.token[name] === undefined,
    rule: 'must be set when auth.authenticators has token',
    fix: 'Write what the token service is configured with, or remove token.',
  })),
  {
    path: 'auth.token.jwksUrl',
    isIn: ({ auth: { authenticators, token } }) =>
      authenticators.includes('token') && !token.jwksUrl && !token.jwksFile && !token.certificateBundle,
    rule: 'must be set when auth.authenticators has token, or else auth.token.jwksFile or auth.token.certificateBundle',
    fix: 'Write where the keys of the token service are, or remove token.',
  },
  {
    path: 'auth.htpasswd.file',
    isIn: ({ auth }) => auth.authenticators.includes('htpasswd') && auth.htpasswd.file === undefined,
    rule: 'must be set for the authenticator htpasswd',
    fix: 'Set it to the file of users, or take htpasswd out of auth.authenticators.',
  },
  {
    path: 'auth.ldap.urls',
    isIn: ({ auth }) => auth.authenticators.includes('ldap') && auth.ldap.urls.length === 0,
    rule: 'must be set for the authenticator ldap',
    fix: 'Set it to the servers of the directory, or take ldap out of auth.authenticators.',
  },
  {
    path: 'auth.ldap.baseDn',
    isIn: ({ auth }) => auth.authenticators.includes('ldap') && auth.ldap.baseDn === undefined,
    rule: 'must be set for the authenticator ldap',
    fix: 'Set it to the entry below which users are, or take ldap out of auth.authenticators.',
  },
  {
    path: 'auth.ldap.bindPassword',
    isIn: ({ auth }) => (auth.ldap.bindDn === undefined) !== (auth.ldap.bindPassword === undefined),
    rule: 'must be set with auth.ldap.bindDn, and not without it: a directory takes a name without a password for nobody',
    fix: 'Set both, or neither to search as nobody.',
  },
  {
    path: 'auth.oidc.issuers',
    isIn: ({ auth }) => auth.authenticators.includes('oidc') && auth.oidc.issuers === undefined,
    rule: 'must be set for the authenticator oidc',
    fix: 'Set it to the file of issuers, or take oidc out of auth.authenticators.',
  },
  ...(['issuer', 'clientId'] as const).map((setting) => ({
    path: `auth.login.${setting}`,
    isIn: ({ auth }: RegistryConfig) => auth.authenticators.includes('login') && auth.login[setting] === undefined,
    rule: 'must be set for the authenticator login',
    fix: 'Set it to what the provider says, or take login out of auth.authenticators.',
  })),
  {
    path: 'http.publicUrl',
    isIn: ({ auth, http }) => auth.authenticators.includes('login') && http.publicUrl === undefined,
    rule: 'must be set for the authenticator login, because the provider sends browsers back there',
    fix: 'Set it to the URL that browsers reach the registry under, or take login out of auth.authenticators.',
  },
  {
    path: 'auth.authenticators',
    isIn: ({ auth, http }) => auth.authenticators.includes('certificate') && http.tls.clientAuthorities === undefined,
    rule: 'must not have certificate without http.tls.clientAuthorities, because clients are asked for no certificate then',
    fix: 'Set http.tls.clientAuthorities, or remove certificate.',
  },
  {
    path: 'http.workers',
    isIn: ({ http, storage }) => http.workers > 1 && storage.driver === 'inmemory',
    rule: 'must be 1 with the inmemory driver, whose content one process cannot show another',
    fix: 'Write 1, or choose another driver.',
  },
  {
    path: 'http.sendfile',
    isIn: ({ http, storage }) => http.sendfile !== 'off' && storage.driver !== 'filesystem',
    rule: 'must be off unless the driver is filesystem, because no other has files that a proxy could send',
    fix: 'Write off, or choose the filesystem driver.',
  },
  {
    path: 'http.sendfile',
    isIn: ({ http }) => http.sendfile !== 'off' && http.trustedProxies.length === 0,
    rule: 'must be off without http.trustedProxies, because only a trusted proxy is told where files lie',
    fix: 'Write off, or put the address from which the proxy connects into http.trustedProxies.',
  },
  {
    path: 'storage.filesystem.root',
    isIn: ({ http, storage }) => http.sendfile === 'x-sendfile' && !PLAIN_PATH.test(resolve(storage.filesystem.root)),
    rule: 'must lead to a path of letters, digits and the characters . _ ~ - / with x-sendfile, because proxies do not agree how others are written',
    fix: 'Choose another folder, or x-accel-redirect, which does not name it.',
  },
  ...STORAGE_CONFLICTS,
  {
    path: 'http.tls.certificate',
    isIn: ({ http }) => http.tls.certificate !== undefined && http.tls.key === undefined,
    rule: 'needs http.tls.key, the key of the certificate',
    fix: 'Set http.tls.key to the file of the private key.',
  },
  {
    path: 'http.tls.key',
    isIn: ({ http }) => http.tls.key !== undefined && http.tls.certificate === undefined,
    rule: 'needs http.tls.certificate, the certificate of the key',
    fix: 'Set http.tls.certificate to the file of the certificate.',
  },
  {
    path: 'http.tls.clientAuthorities',
    isIn: ({ http }) => http.tls.clientAuthorities !== undefined && http.tls.certificate === undefined,
    rule: 'needs http.tls.certificate, because only with TLS do clients show certificates',
    fix: 'Set http.tls.certificate and http.tls.key.',
  },
];

/** What is wrong between settings; `keys` has their names as their author wrote them, by their paths. */
export function conflictsIn(config: RegistryConfig, keys: ReadonlyMap<string, string>): ConfigurationProblem[] {
  return CONFLICTS.filter(({ isIn }) => isIn(config)).map(({ path, rule, fix }) => ({
    key: keys.get(path) ?? path,
    rule,
    fix,
  }));
}
