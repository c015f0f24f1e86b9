import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { hash } from '@node-rs/bcrypt';
import type { Metafile } from 'esbuild';
import { SourceServer } from './support/source-server.js';

/** What only the drivers of object stores need. */
const STORES = /^(@aws-sdk|@smithy|@azure|@google-cloud)\/|^cockatiel$/;

const PROJECT = join(import.meta.dirname, '..');

describe('the bundle', () => {
  let folder: string;
  let contents: Metafile;
  let server: SourceServer | undefined;

  beforeAll(async () => {
    // From here, as from dist, the packages can be found that stay outside.
    const cache = join(PROJECT, 'node_modules/.cache');
    await mkdir(cache, { recursive: true });
    folder = await mkdtemp(join(cache, 'stowage-bundle-'));
    const args = [join(PROJECT, 'test/fixtures/bundle-sources.mjs'), folder];
    const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 64 * 1024 ** 2 });
    contents = JSON.parse(stdout);
  }, 60_000);
  afterEach(() => server?.kill());
  afterAll(() => rm(folder, { recursive: true }));

  it('serves', async () => {
    server = new SourceServer({ STOWAGE_STORAGE_FILESYSTEM_ROOT: join(folder, 'root') }, [join(folder, 'main.js')]);
    const url = await server.listening();
    const [base, document, styles, unknown] = await Promise.all(
      ['v2/', 'openapi.json', 'docs/swagger-ui.css', 'v2/a/tags/list'].map((path) => fetch(`${url}/${path}`)),
    );
    expect(await base?.json()).toEqual({});
    expect(await document?.json()).toEqual(JSON.parse(await readFile(join(PROJECT, 'openapi.json'), 'utf8')));
    expect(styles?.headers.get('content-type')).toBe('text/css; charset=utf-8');
    expect(await unknown?.json()).toMatchObject({ errors: [{ code: 'NAME_UNKNOWN' }] });
  });

  it('reads its files, and loads what logs people in', async () => {
    const put = async (name: string, content: string) => {
      await writeFile(join(folder, name), content);
      return join(folder, name);
    };
    const policy = 'rules: [{ effect: allow, name: all, actions: [pull] }]';
    server = new SourceServer(
      {
        STOWAGE_STORAGE_FILESYSTEM_ROOT: join(folder, 'root-of-logins'),
        STOWAGE_AUTH_AUTHENTICATORS: 'oidc,htpasswd,key,ldap',
        STOWAGE_AUTH_POLICY: await put('policy.yaml', policy),
        STOWAGE_AUTH_OIDC_ISSUERS: await put('issuers.yaml', 'issuers: [{ issuer: https://a.test, audience: b }]'),
        STOWAGE_AUTH_HTPASSWD_FILE: await put('users', `alice:${await hash('correct horse', { cost: 4 })}`),
        STOWAGE_AUTH_LDAP_URLS: 'ldap://127.0.0.1:1',
        STOWAGE_AUTH_LDAP_BASE_DN: 'dc=example,dc=org',
      },
      [join(folder, 'main.js')],
    );
    const url = await server.listening();
    const ask = async (user: string, password: string) => {
      const headers = { Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
      return (await fetch(`${url}/token`, { headers })).status;
    };
    expect(await ask('alice', 'correct horse')).toBe(200);
    expect(await ask('alice', 'wrong')).toBe(503);
  });

  it('reads a start no package that only some requests or settings need', () => {
    const read = packagesReadBy(contents, 'src/main.ts', 'src/start.ts', 'filesystem-storage.ts');
    expect(read).toContain('class-validator');
    const late = [
      ...['@nestjs/swagger', 'libphonenumber-js', 'multer', 'body-parser', 'pino-pretty', 'validator', 'yaml'],
      ...['ldapts', 'openid-client', 'oauth4webapi', '@node-rs/argon2', '@node-rs/bcrypt'],
    ];
    expect(read.filter((name) => late.includes(name))).toEqual([]);
    expect(read.filter((name) => STORES.test(name))).toEqual([]);
  });

  it.each([
    ['open-s3.ts', '@aws-sdk/client-s3', /^@(azure|google-cloud)\//],
    ['open-azure.ts', '@azure/storage-blob', /^@(aws-sdk|google-cloud)\//],
    ['open-gcs.ts', '@google-cloud/storage', /^@(aws-sdk|azure)\//],
  ])('reads for %s the packages of that driver and of no other', (entry, needed, others) => {
    const read = packagesReadBy(contents, entry);
    expect(read).toContain(needed);
    expect(read.filter((name) => others.test(name))).toEqual([]);
  });

  it('imports no module of Node, for that would load everything in it', () => {
    const imports = Object.values(contents.outputs).flatMap((output) => output.imports);
    expect(imports.filter(({ kind, external }) => external && kind === 'import-statement')).toEqual([]);
    expect(imports).toContainEqual({ path: 'node:http', kind: 'require-call', external: true });
  });
});

/** The packages in the files that hold these modules, and in those that they import. */
function packagesReadBy({ outputs }: Metafile, ...entries: string[]): string[] {
  const read = new Set<string>();
  const add = (path: string) => {
    if (read.has(path)) return;
    read.add(path);
    for (const { path: other, kind, external } of outputs[path]?.imports ?? []) {
      if (kind === 'import-statement' && !external) add(other);
    }
  };
  for (const [path, { entryPoint }] of Object.entries(outputs)) {
    if (entries.some((entry) => entryPoint?.endsWith(entry))) add(path);
  }
  const modules = [...read].flatMap((path) => Object.keys(outputs[path]?.inputs ?? {}));
  return [...new Set(modules.map((module) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(module)?.[1] ?? 'ours'))];
}
