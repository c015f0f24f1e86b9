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
