import { availableParallelism } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import { ConfigurationError, type ConfigurationProblem } from './configuration.error.js';
import { createRegistryConfig, loadRegistryConfig } from './load-registry-config.js';
import { RegistryConfig } from './registry.config.js';

const SECRET = 'hunter2';

/** Loads the configuration with one YAML file in reach. */
function load(env: Record<string, string>, yaml?: string): RegistryConfig {
  if (yaml === undefined) return loadRegistryConfig(env);
  return loadRegistryConfig({ STOWAGE_CONFIG: 'stowage.yaml', ...env }, () => yaml);
}

function problemsOf(act: () => unknown): readonly ConfigurationProblem[] {
  try {
    act();
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
}

const keysOf = (act: () => unknown) => problemsOf(act).map(({ key }) => key);

describe('loadRegistryConfig', () => {
  it('has a default for every setting', () => {
    expect(load({})).toEqual(new RegistryConfig());
  });

  it('reads typed values from environment variables', () => {
    const { http, storage, cache, manifest, log } = load({
      STOWAGE_HTTP_HOST: '::1',
      STOWAGE_HTTP_PORT: '0',
      STOWAGE_HTTP_WORKERS: '3',
      STOWAGE_HTTP_PUBLIC_URL: 'https://registry.example.com/',
      STOWAGE_HTTP_LOCATION: 'absolute',
      STOWAGE_HTTP_TRUSTED_PROXIES: '10.0.0.1, fd00::/8',
      STOWAGE_HTTP_SENDFILE: 'x-sendfile',
      STOWAGE_HTTP_SENDFILE_PREFIX: '/files/of-stowage/',
      STOWAGE_HTTP_IDLE_TIMEOUT: '500ms',
      STOWAGE_HTTP_KEEP_ALIVE_TIMEOUT: '1h',
      STOWAGE_HTTP_HEADERS_TIMEOUT: '10s',
      STOWAGE_HTTP_MIN_UPLOAD_RATE: '2KiB',
      STOWAGE_HTTP_DRAIN_TIMEOUT: '0s',
      STOWAGE_HTTP_TLS_CERTIFICATE: '/etc/tls/server.pem',
      STOWAGE_HTTP_TLS_KEY: '/etc/tls/server.key',
      STOWAGE_HTTP_TLS_MIN_VERSION: '1.3',
      STOWAGE_HTTP_TLS_CLIENT_AUTHORITIES: '/etc/tls/clients.pem',
      STOWAGE_STORAGE_DRIVER: 'filesystem',
      STOWAGE_STORAGE_FILESYSTEM_ROOT: '/srv',
      STOWAGE_CACHE_MAX_SIZE: '0',
      STOWAGE_CACHE_MAX_ENTRIES: '10',
      STOWAGE_MANIFEST_MAX_SIZE: '8MiB',
      STOWAGE_MANIFEST_ALLOW_MISSING_REFERENCES: 'true',
      STOWAGE_LOG_LEVEL: 'debug',
      STOWAGE_LOG_FORMAT: 'json',
    });
    expect(http).toEqual({
      host: '::1',
      port: 0,
      workers: 3,
      publicUrl: 'https://registry.example.com',
      location: 'absolute',
      trustedProxies: ['10.0.0.1', 'fd00::/8'],
      sendfile: 'x-sendfile',
      sendfilePrefix: '/files/of-stowage',
      idleTimeout: 500,
      keepAliveTimeout: 3_600_000,
      headersTimeout: 10_000,
      minUploadRate: 2048,
      drainTimeout: 0,
      tls: {
        certificate: '/etc/tls/server.pem',
        key: '/etc/tls/server.key',
        minVersion: '1.3',
        clientAuthorities: '/etc/tls/clients.pem',
      },
    });
    expect(storage).toMatchObject({ driver: 'filesystem', filesystem: { root: '/srv' } });
    expect(cache).toEqual({ maxSize: 0, maxEntries: 10 });
    expect(manifest).toEqual({ maxSize: 8_388_608, allowMissingReferences: true });
    expect(log).toEqual({ level: 'debug', format: 'json' });
  });

  it('reads the same from YAML', () => {
    const yaml = `
      http: { port: 0, trustedProxies: [10.0.0.1, "fd00::/8"], idleTimeout: 500ms }
      storage: { filesystem: { root: 2026 } }
      manifest: { maxSize: 8388608, allowMissingReferences: True }
      log: { level: "debug" }`;
    expect(load({}, yaml)).toEqual(
      createRegistryConfig({
        http: { port: 0, trustedProxies: ['10.0.0.1', 'fd00::/8'], idleTimeout: 500 },
        storage: { filesystem: { root: '2026' } },
        manifest: { maxSize: 8_388_608, allowMissingReferences: true },
        log: { level: 'debug' },
      }),
    );
  });

  it('lets a variable win over YAML, and YAML over the default', () => {
    const { http } = load({ STOWAGE_HTTP_PORT: '6000' }, 'http: { port: 7000, host: localhost }');
    expect([http.port, http.host, http.location]).toEqual([6000, 'localhost', 'relative']);
  });

  it.each(['', '# nothing', 'http:', 'http: { port: }', 'http: { publicUrl: null, host: ~ }'])(
    'takes what is empty for not set: %j',
    (yaml) => {
      expect(load({ STOWAGE_HTTP_HOST: '', STOWAGE_LOG_LEVEL: '' }, yaml)).toEqual(new RegistryConfig());
    },
  );

  it('reads no file without STOWAGE_CONFIG', () => {
    const readFile = () => {
      throw new Error('read');
    };
    expect(loadRegistryConfig({ STOWAGE_CONFIG: '' }, readFile)).toEqual(new RegistryConfig());
  });

  it('ignores variables of others, those of a Kubernetes service called stowage included', () => {
    const env = {
      PATH: '/bin',
      stowage_http_port: 'x',
      STOWAGE_PORT: 'tcp://10.0.0.1:5000',
      STOWAGE_PORT_5000_TCP_ADDR: '10.0.0.1',
      STOWAGE_SERVICE_HOST: '10.0.0.1',
      STOWAGE_SERVICE_PORT_HTTP: '5000',
    };
    expect(load(env)).toEqual(new RegistryConfig());
  });

  it('cannot be changed at any depth', () => {
    const config = load({ STOWAGE_HTTP_TRUSTED_PROXIES: '10.0.0.1' });
    const { http, storage } = config;
    for (const part of [config, http, http.trustedProxies, storage, storage.filesystem]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
    expect(http.constructor.name).toBe('HttpConfig');
  });
});

describe('a wrong value', () => {
  it.each([
    ['HTTP_HOST', ['0.0.0.0', '192.168.1.1', '::', '127.1', 'example.com', 'LOCALHOST', '127.0.0.1 ']],
    ['HTTP_PORT', ['65536', '-1', '80.5', '0x50', 'http', '1e3', ' 80']],
    [
      'HTTP_PUBLIC_URL',
      ['registry.example.com', 'ftp://a', 'http:a', 'https:///a', 'https://a?b', 'https://a#b', 'https://u:p@a', '/'],
    ],
    ['HTTP_LOCATION', ['Relative', 'toString']],
    [
      'HTTP_TRUSTED_PROXIES',
      ['example.com', '10.0.0.0/33', '10.0.0.0/', '10.1/8', '10.0.0.1,all', '0.0.0.0/0', '::/00', '10.0.0.1/8/8'],
    ],
    ['HTTP_SENDFILE', ['on', 'X-Sendfile', 'x-lighttpd-send-file']],
    ['HTTP_SENDFILE_PREFIX', ['/', 'files', '/a//b', '/a b', '/a%20b', '/..', '/a/./b', '/ä', '/a?b', '/a\r\nB: c']],
    ['HTTP_IDLE_TIMEOUT', ['0s', '30', '1d', '597h', '-1s']],
    ['HTTP_KEEP_ALIVE_TIMEOUT', ['0ms']],
    ['HTTP_HEADERS_TIMEOUT', ['soon']],
    ['HTTP_DRAIN_TIMEOUT', ['never']],
    ['STORAGE_DRIVER', ['swift']],
    ['STORAGE_FILESYSTEM_ROOT', ['a\0b']],
    ['MANIFEST_MAX_SIZE', ['4194303', '3MiB', '4MB']],
    ['MANIFEST_ALLOW_MISSING_REFERENCES', ['yes', '1', '__proto__']],
    ['AUTH_AUTHENTICATORS', ['ntlm', 'None', 'ldap,ldap', ',']],
    ['AUTH_REALM', ['a "realm"', 'a\\b', 'a\r\nB: c', 'ä']],
    ['AUTH_POLICY', ['a\0b']],
    ['AUTH_AUDIT_PULLS', ['yes']],
    ['LOG_LEVEL', ['verbose']],
    ['LOG_FORMAT', ['text']],
  ])('of STOWAGE_%s is refused', (name, values) => {
    const key = `STOWAGE_${name}`;
    for (const value of values) expect([value, keysOf(() => load({ [key]: value }))]).toEqual([value, [key]]);
  });

  it.each([
    ['http: 5000', ['http (stowage.yaml:1)']],
    ['- http', ['stowage.yaml']],
    ['http', ['stowage.yaml']],
    ['http:\n  port: { a: 1 }\n  host: [::1]', ['http.port (stowage.yaml:2)', 'http.host (stowage.yaml:3)']],
    ['http:\n  port: 70000', ['http.port (stowage.yaml:2)']],
    ['http:\n  idleTimeout: 30', ['http.idleTimeout (stowage.yaml:2)']],
    ['http: { trustedProxies: [[10.0.0.1], ~] }', ['http.trustedProxies (stowage.yaml:1)']],
    ['http: { trustedProxies: [~] }', ['http.trustedProxies (stowage.yaml:1)']],
    ['http: { trustedProxies: &all [*all] }', ['http.trustedProxies (stowage.yaml:1)']],
    ['http: { port: &self { a: *self } }', ['http.port (stowage.yaml:1)']],
  ])('in the YAML %j is refused', (yaml, keys) => {
    expect(keysOf(() => load({}, yaml))).toEqual(keys);
  });

  it('is reported even where a variable replaces it', () => {
    expect(keysOf(() => load({ STOWAGE_HTTP_PORT: '1' }, 'http: { port: x }'))).toEqual(['http.port (stowage.yaml:1)']);
  });
});

describe('the number of workers', () => {
  it('is that of the processors where it is auto', () => {
    expect(load({ STOWAGE_HTTP_WORKERS: 'auto' }).http.workers).toBe(availableParallelism());
  });

  it('is one where they could not share the content', () => {
    const env = { STOWAGE_HTTP_WORKERS: '2', STOWAGE_STORAGE_DRIVER: 'inmemory' };
    expect(problemsOf(() => load(env))).toEqual([
      expect.objectContaining({ key: 'STOWAGE_HTTP_WORKERS', rule: expect.stringContaining('inmemory') }),
    ]);
  });
});

describe('a registry without a login', () => {
  const hosts = ['0.0.0.0', '::', '192.168.1.1', '::ffff:10.0.0.1'];

  it.each(hosts)('does not listen on %s', (host) => {
    expect(problemsOf(() => load({ STOWAGE_HTTP_HOST: host }))).toEqual([
      expect.objectContaining({ key: 'STOWAGE_HTTP_HOST', rule: expect.stringContaining('without a login') }),
    ]);
  });

  it.each(hosts)('does listen on %s where that is wanted, and with a login', (host) => {
    expect(load({ STOWAGE_HTTP_HOST: host, STOWAGE_AUTH_ALLOW_OPEN_NETWORK: 'true' }).http.host).toBe(host);
    expect(load({ STOWAGE_HTTP_HOST: host, STOWAGE_AUTH_AUTHENTICATORS: 'key' }).http.host).toBe(host);
  });

  it.each([
    [{ STOWAGE_AUTH_AUTHENTICATORS: 'key,none' }, 'STOWAGE_AUTH_AUTHENTICATORS'],
    [{ STOWAGE_AUTH_POLICY: 'policy.yaml' }, 'STOWAGE_AUTH_POLICY'],
  ])('has nothing else of a login: %j', (env, key) => {
    expect(keysOf(() => load(env))).toEqual([key]);
  });

  it('has administrators in one place only', () => {
    const env = { STOWAGE_AUTH_AUTHENTICATORS: 'key', STOWAGE_AUTH_ADMINISTRATORS: 'anna, bert' };
    expect(load(env).auth.administrators).toEqual(['anna', 'bert']);
    expect(keysOf(() => load({ ...env, STOWAGE_AUTH_POLICY: 'policy.yaml' }))).toEqual(['STOWAGE_AUTH_ADMINISTRATORS']);
  });
});

describe('sendfile', () => {
  const env = { STOWAGE_HTTP_SENDFILE: 'x-sendfile', STOWAGE_HTTP_TRUSTED_PROXIES: '127.0.0.1' };

  it.each([
    ['a driver that has files', 'STOWAGE_HTTP_SENDFILE', { STOWAGE_STORAGE_DRIVER: 'inmemory' }, 'filesystem'],
    ['a proxy that is trusted', 'STOWAGE_HTTP_SENDFILE', { STOWAGE_HTTP_TRUSTED_PROXIES: '' }, 'trusted'],
    [
      'a root that is written alike everywhere',
      'STOWAGE_STORAGE_FILESYSTEM_ROOT',
      { STOWAGE_STORAGE_FILESYSTEM_ROOT: '/srv/a b' },
      'x-sendfile',
    ],
  ])('needs %s', (_need, key, change, rule) => {
    expect(problemsOf(() => load({ ...env, ...change }))).toEqual([
      { key, rule: expect.stringContaining(rule), fix: expect.any(String) },
    ]);
  });

  it('takes any root where the proxy is not told of it', () => {
    const { http } = load({
      ...env,
      STOWAGE_HTTP_SENDFILE: 'x-accel-redirect',
      STOWAGE_STORAGE_FILESYSTEM_ROOT: '/srv/a b',
    });
    expect([http.sendfile, http.sendfilePrefix]).toEqual(['x-accel-redirect', '/stowage-content']);
  });
});

describe('an unknown name', () => {
  it.each([
    ['STOWAGE_HTTP_IDLETIMEOUT', 'Did you mean STOWAGE_HTTP_IDLE_TIMEOUT? If not, remove it.'],
    ['STOWAGE_HTPP_PORT', 'Did you mean STOWAGE_HTTP_PORT? If not, remove it.'],
    ['STOWAGE_DATABASE_PASSWORD', 'Remove it; .env.example lists every variable.'],
    ['STOWAGE_', 'Remove it; .env.example lists every variable.'],
  ])('of a variable is refused: %s', (key, fix) => {
    expect(problemsOf(() => load({ [key]: SECRET }))).toEqual([{ key, rule: 'is not a setting', fix }]);
  });

  it.each([
    ['htpp: { port: 1 }', 'htpp (stowage.yaml:1)', 'Did you mean http?'],
    ['log: {}\nhttp:\n  idle_timeout: 1s', 'http.idle_timeout (stowage.yaml:3)', 'Did you mean idleTimeout?'],
    [
      'http.port: 1',
      'http.port (stowage.yaml:1)',
      'names known here are http, auth, limits, storage, uploads, cache, manifest, schema1, log.',
    ],
    ['storage: { filesystem: { password: x } }', 'storage.filesystem.password (stowage.yaml:1)', 'Remove it'],
    ['storage: { filesystem: { __proto__: x } }', 'storage.filesystem.__proto__ (stowage.yaml:1)', 'Remove it'],
    ['constructor: x', 'constructor (stowage.yaml:1)', 'Remove it'],
  ])('in YAML is refused: %j', (yaml, key, fix) => {
    expect(problemsOf(() => load({}, yaml))).toEqual([
      { key, rule: 'is not a setting', fix: expect.stringContaining(fix) },
    ]);
  });
});

describe('a wrong file', () => {
  it('that cannot be read is a problem of STOWAGE_CONFIG', () => {
    const [problem, ...others] = problemsOf(() => loadRegistryConfig({ STOWAGE_CONFIG: '/nowhere/stowage.yaml' }));
    expect(problem).toMatchObject({ key: 'STOWAGE_CONFIG', rule: 'names a file that cannot be read (ENOENT)' });
    expect(others).toEqual([]);
  });

  it('that is a folder is a problem of STOWAGE_CONFIG', () => {
    const [problem] = problemsOf(() => loadRegistryConfig({ STOWAGE_CONFIG: '/' }));
    expect(problem?.rule).toContain('EISDIR');
  });

  it.each([
    ['log: {}\nhttp: {', 'stowage.yaml:2', 'BAD_INDENT'],
    ['log: {}\nlog: {}', 'stowage.yaml:2', 'DUPLICATE_KEY'],
    ['log: {}\n---\nlog: {}', 'stowage.yaml:2', 'MULTIPLE_DOCS'],
    ['log: {}\n? [a]\n: b', 'stowage.yaml:2', 'NON_STRING_KEY'],
    ['log: *hunter2', 'stowage.yaml', 'aliases'],
    [`a: &a [1,1,1,1,1,1,1,1,1,1]\nb: &b [${'*a,'.repeat(99)}]\nc: [${'*b,'.repeat(99)}]`, 'stowage.yaml', 'aliases'],
  ])('that is not YAML is refused with its place: %j', (yaml, key, reason) => {
    expect(problemsOf(() => load({}, yaml))).toEqual([
      { key, rule: expect.stringMatching(`^is not valid YAML \\(.*${reason}`), fix: expect.any(String) },
    ]);
  });
});

describe('ConfigurationError', () => {
  const everything = () =>
    load(
      { STOWAGE_HTTP_PORT: SECRET, STOWAGE_HTTP_HOST: SECRET, STOWAGE_TOKEN: SECRET },
      `http: { port: ${SECRET}, trustedProxies: [${SECRET}], tls: ${SECRET} }\nlog: ${SECRET}`,
    );

  it('reports all problems of all sources at once', () => {
    expect(keysOf(everything)).toEqual([
      'http.tls (stowage.yaml:1)',
      'log (stowage.yaml:2)',
      'http.port (stowage.yaml:1)',
      'http.trustedProxies (stowage.yaml:1)',
      'STOWAGE_TOKEN',
      'STOWAGE_HTTP_HOST',
      'STOWAGE_HTTP_PORT',
    ]);
  });

  it('says the name, the rule and the fix, and never the value', () => {
    expect(everything).toThrow('The configuration has 7 problems:');
    expect(everything).toThrow(
      '  STOWAGE_HTTP_PORT must be a whole number from 0 to 65535.\n    Write a port such as 5000, or 0 for any free one.',
    );
    expect(everything).not.toThrow(SECRET);
  });

  it.each([
    `log: {}\n${SECRET}: [`,
    `${SECRET}`,
    `log: *${SECRET}`,
    `log: "${SECRET}`,
    `log: !${SECRET} ${SECRET}`,
    `@${SECRET}`,
  ])('never quotes a file that is not YAML: %j', (yaml) => {
    expect(problemsOf(() => load({}, yaml)).length).toBeGreaterThan(0);
    expect(() => load({}, yaml)).not.toThrow(SECRET);
  });
});

describe('createRegistryConfig', () => {
  it('fills up with the defaults what is not given', () => {
    const config = createRegistryConfig({ http: { port: 0, idleTimeout: 50, publicUrl: undefined } });
    expect(config.http).toMatchObject({ port: 0, idleTimeout: 50, host: '127.0.0.1' });
    expect(Object.isFrozen(config.http)).toBe(true);
  });

  it('gives defaults that no two configurations share', () => {
    expect(createRegistryConfig().http.trustedProxies).not.toBe(createRegistryConfig().http.trustedProxies);
  });

  it('copies lists, so that their owner keeps them', () => {
    const trustedProxies = ['10.0.0.1'];
    createRegistryConfig({ http: { trustedProxies } });
    expect(trustedProxies.push('10.0.0.2')).toBe(2);
  });

  it('keeps the same rules', () => {
    const input = { http: { host: '0.0.0', port: 1.5, prot: 1 }, log: 'debug' };
    expect(keysOf(() => createRegistryConfig(input as object)).sort()).toEqual([
      'http.host',
      'http.port',
      'http.prot',
      'log',
    ]);
  });
});
