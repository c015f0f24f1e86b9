import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { generateKey, keyId, parseSignedJson, verify } from '#libs/json-signature';
import type { Digest } from '#libs/oci';
import { loadFilesystemStorage, type OpenStorage } from '#libs/storage';
import { CommandProcess } from './support/command.js';
import { type EarlyDocument, EarlyRoot, earlyBlobPath, earlyManifestPath, tarOf } from './support/early-root.js';
import { pushImage } from './support/images.js';
import { digestOf, type Registry, startRegistry } from './support/registry.js';

const NAME = 'library/app';
const V2 = '/docker/registry/v2';
const MIB = 1024 * 1024;

/** A start of the command takes a second, several on a busy machine. */
jest.setTimeout(60_000);

describe('stowage migrate', () => {
  let root: string;
  let storage: OpenStorage;
  let early: EarlyRoot;
  let registries: Registry[];
  let commands: CommandProcess[];

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'stowage-migrate-'));
    storage = await loadFilesystemStorage(root);
    early = new EarlyRoot(storage.driver);
    registries = [];
    commands = [];
  });
  afterEach(async () => {
    await Promise.all(registries.map((registry) => registry.close()));
    await Promise.all(commands.map((command) => command.kill()));
    await rm(root, { recursive: true });
  });

  function start(...args: string[]): CommandProcess {
    const command = new CommandProcess(...args);
    commands.push(command);
    return command;
  }

  async function migrate(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
    const command = start('migrate', root, ...args);
    const code = await command.exit;
    return { code, stdout: command.stdout, stderr: command.stderr };
  }

  async function serve(): Promise<Registry> {
    const registry = await startRegistry({ storage: { driver: 'filesystem', filesystem: { root } } });
    registries.push(registry);
    return registry;
  }

  /** Each file with its size and the time of its last change. */
  async function filesBelow(path: string): Promise<Map<string, string>> {
    const entries = await readdir(join(root, path), { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    const found = files.map(async (file) => {
      const { size, mtimeMs } = await stat(file);
      return [file.slice(root.length), `${size} ${mtimeMs}`] as const;
    });
    return new Map((await Promise.all(found)).sort());
  }

  async function report(): Promise<Record<string, unknown>> {
    return JSON.parse(await readFile(join(root, 'report.json'), 'utf8'));
  }

  const layersOf = (count: number, size: number) =>
    Array.from({ length: count }, (_, index) => tarOf(`layer-${index}`, Buffer.alloc(size, index + 1)));

  describe('with a root of 2014', () => {
    const key = generateKey();
    const [base, app] = [tarOf('base', 'base'), tarOf('app', 'app')];
    const old = tarOf('old', 'old');
    let digests: { base: Digest; app: Digest; old: Digest; dev: Digest };
    let image: EarlyDocument;

    beforeEach(async () => {
      digests = {
        base: await early.addLayer(NAME, base),
        app: await early.addLayer(NAME, app),
        old: await early.addLayer(NAME, old, 'tarsum+sha256'),
        dev: await early.addLayer('team/tool', app, 'tarsum.dev+sha256'),
      };
      const layers = [digests.app, digests.old, digests.base];
      image = await early.addManifest({ name: NAME, tag: 'latest', layers, keys: [key, generateKey()] });
      await early.addManifest({ name: 'team/tool', tag: 'v1.0', layers: [digests.dev] });
    });

    async function expectServed(registry: Registry): Promise<void> {
      const client = registry.client();
      for (const reference of ['latest', String(image.digest)]) {
        const response = await fetch(`${registry.url}/v2/${NAME}/manifests/${reference}`);
        expect(response.status).toBe(200);
        const document = Buffer.from(await response.arrayBuffer());
        expect(document.equals(image.document)).toBe(true);
        expect(verify(parseSignedJson(document)).map((verified) => verified.keyId)).toContain(keyId(key));
        expect(response.headers.get('docker-content-digest')).toBe(digestOf(image.payload));
      }
      for (const [name, digest, tar] of [
        [NAME, digests.base, base],
        [NAME, digests.app, app],
        [NAME, digests.old, old],
        ['team/tool', digests.dev, app],
      ] as const) {
        for (const each of [String(digest), digestOf(tar)]) {
          const { body } = await client.get(`/v2/${name}/blobs/${encodeURIComponent(each)}`).expect(200);
          expect(tar.equals(body)).toBe(true);
        }
      }
      await client.get(`/v2/team/tool/blobs/${digestOf(base)}`).expect(404);
      await client.get(`/v2/${NAME}/blobs/${encodeURIComponent(String(digests.dev))}`).expect(404);
      expect((await client.get('/v2/_catalog').expect(200)).body).toEqual({ repositories: [NAME, 'team/tool'] });
      expect((await client.get('/v2/team/tool/tags/list').expect(200)).body.tags).toEqual(['v1.0']);
    }

    it('migrates it, keeps the early files, and what it made is served with its signatures', async () => {
      const before = await filesBelow(V2);
      const { code, stdout, stderr } = await migrate();
      expect(code).toBe(0);
      expect(stdout).toMatch(/^\S+ has the layout of 2014: 4 blobs, 4 layer links, 2 manifests; 8.0 KiB of blobs\.\n/);
      expect(stdout).toContain('blobs: 4 migrated\nlayer links: 4 migrated\nmanifests: 2 migrated\n');
      expect(stdout).toContain(`to remove them: stowage migrate ${root} --remove\n`);
      expect(stderr).toBe('blobs: 4 of 4, 8.0 KiB of 8.0 KiB\nlinks: 4 of 4\nmanifests: 2 of 2\n');
      const after = await filesBelow(V2);
      for (const [path, state] of before) expect(after.get(path)).toBe(state);
      await expectServed(await serve());
    });

    it('migrates it while a server has it open, which serves what is migrated without a new start', async () => {
      const registry = await serve();
      const client = registry.client();
      const tags = async () => (await client.get('/v2/team/tool/tags/list').expect(200)).body.tags;
      await pushImage(registry, 'team/tool', 'v2.0');
      expect(await tags()).toEqual(['v2.0']);
      await client.get(`/v2/${NAME}/manifests/latest`).expect(404);
      await client.get(`/v2/${NAME}/blobs/${digestOf(base)}`).expect(404);
      expect((await migrate()).code).toBe(0);
      expect(await tags()).toEqual(['v1.0', 'v2.0']);
      await client.delete('/v2/team/tool/manifests/v2.0').expect(202);
      await expectServed(registry);
      expect((await migrate('--remove')).code).toBe(0);
      await expectServed(registry);
    });

    it('writes nothing in a dry run, and tells what a run would do', async () => {
      const before = await filesBelow('/');
      const { code, stdout } = await migrate('--dry-run');
      expect(code).toBe(0);
      expect(stdout).toContain('blobs: 4 to migrate\nlayer links: 4 to migrate\nmanifests: 2 to migrate\n');
      expect(await filesBelow('/')).toEqual(before);
    });

    it('removes the early files when asked to, and what is served stays', async () => {
      const { code, stdout } = await migrate('--remove', '--report', join(root, 'report.json'));
      expect(code).toBe(0);
      expect(stdout).toContain('All is migrated, and 10 early files removed.\n');
      expect(await report()).toMatchObject({ layout: 'early', removed: 10, problems: [] });
      expect((await readdir(join(root, V2))).sort()).toEqual(['blobs', 'repositories']);
      expect((await readdir(join(root, V2, 'repositories', NAME))).sort()).toEqual(['_layers', '_manifests']);
      expect(await readdir(join(root, 'docker/registry/stowage'))).not.toContain('migration');
      await expectServed(await serve());
      const again = await migrate();
      expect(again.stdout).toBe(`${root} has the layout of today and needs no migration.\nNothing was left behind.\n`);
    });

    it('leaves what does not verify, tells why, removes nothing then, and exits with 1', async () => {
      const bad = join(root, earlyBlobPath(digests.old));
      await writeFile(bad, 'damaged');
      await early.addManifest({ name: NAME, tag: 'forged', layers: [digests.base] }, (text) =>
        text.replace('amd64', 'arm64'),
      );
      const { code, stdout } = await migrate('--remove', '--report', join(root, 'report.json'));
      expect(code).toBe(1);
      expect(stdout).toContain('blobs: 3 migrated, 1 left alone\n');
      expect(stdout).toContain(
        `left alone: ${bad}\n  DIGEST_INVALID: the content is not an archive, or not a whole one (`,
      );
      expect(stdout).toMatch(
        /manifests\/forged\n {2}MANIFEST_UNVERIFIED: .* \(rule: invalid signature of key [A-Z0-9:]+\)\n/,
      );
      expect(stdout).toContain(
        '\n4 files left alone, and none removed. Mend or move away what is named above, and run it again: ',
      );
      expect(await report()).toMatchObject({
        root,
        layout: 'early',
        dryRun: false,
        blobs: { migrated: 3, present: 0, left: 1 },
        links: { migrated: 3, present: 0, left: 1 },
        manifests: { migrated: 1, present: 0, left: 2 },
        problems: [
          { kind: 'blob', path: earlyBlobPath(digests.old), errors: [{ code: 'DIGEST_INVALID' }] },
          { kind: 'link', errors: [{ code: 'BLOB_UNKNOWN', detail: { digest: String(digests.old) } }] },
          { kind: 'manifest', path: earlyManifestPath(NAME, 'forged'), errors: [{ code: 'MANIFEST_UNVERIFIED' }] },
          { kind: 'manifest', path: image.path, errors: [{ code: 'MANIFEST_BLOB_UNKNOWN' }] },
        ],
        removed: 0,
      });
      await stat(join(root, image.path));
      const client = (await serve()).client();
      await client.get('/v2/team/tool/manifests/v1.0').expect(200);
      await client.get(`/v2/${NAME}/blobs/${encodeURIComponent(String(digests.base))}`).expect(200);
      for (const tag of ['latest', 'forged']) await client.get(`/v2/${NAME}/manifests/${tag}`).expect(404);
    });

    it('does not begin while another migration of the root is under way', async () => {
      await storage.locks.exclusively('migration', async () => {
        const { code, stderr } = await migrate();
        expect([code, stderr]).toEqual([1, `error: another migration of ${root} is under way\n`]);
      });
    });
  });

  it('goes on after kill -9 where it was, and copies nothing twice', async () => {
    const tars = layersOf(60, MIB);
    const layers: Digest[] = [];
    for (const tar of tars) layers.push(await early.addLayer(NAME, tar));
    const image = await early.addManifest({ name: NAME, tag: 'latest', layers });

    const killed = start('migrate', root);
    const records = join(root, 'docker/registry/stowage/migration/blob');
    await until(async () => (await countFiles(records)) >= 3);
    await killed.kill();
    const done = await countFiles(records);
    expect(done).toBeLessThan(tars.length);
    const copied = await filesBelow(`${V2}/blobs`);

    const { code, stderr } = await migrate('--report', join(root, 'report.json'));
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^blobs: 60 of 60/)]);
    expect(await report()).toMatchObject({ blobs: { migrated: tars.length - done, present: done, left: 0 } });
    const after = await filesBelow(`${V2}/blobs`);
    for (const [path, state] of copied) expect(after.get(path)).toBe(state);

    const registry = await serve();
    const response = await fetch(`${registry.url}/v2/${NAME}/manifests/latest`);
    expect(Buffer.from(await response.arrayBuffer()).equals(image.document)).toBe(true);
    for (const [index, digest] of layers.entries()) {
      const { body } = await registry.client().get(`/v2/${NAME}/blobs/${encodeURIComponent(String(digest))}`);
      expect(tars[index]?.equals(body)).toBe(true);
    }
  });

  it('tells what was left behind in a root of today, changes nothing, and exits with 0', async () => {
    const hex = 'a'.repeat(64);
    const uuid = 'c7a1b7de-6a0c-4f6e-9a41-2f7f1ad1c3a5';
    const files = {
      [`${V2}/blobs/sha256/aa/${hex}/data`]: 'content',
      [`${V2}/repositories/app/_layers/sha256/${hex}/link`]: '',
      [`${V2}/repositories/app/_manifests/tags/latest/index/sha256/${hex}/link`]: `sha256:${hex}`,
      [`${V2}/repositories/app/_manifests/tags/latest/.${uuid}.tmp/link`]: 'x',
      [`${V2}/blobs/sha256/aa/${hex}/.${uuid}.tmp`]: 'x',
      [`${V2}/blobs/sha256/aa/${hex}/data.${uuid}.tmp`]: 'x',
    };
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text);
    }
    await mkdir(join(root, V2, `repositories/app/_manifests/revisions/sha256/${hex}`), { recursive: true });
    const before = await filesBelow(V2);
    const { code, stdout } = await migrate('--remove', '--report', join(root, 'report.json'));
    expect(code).toBe(0);
    expect(
      stdout.replaceAll(root, '').replaceAll(V2, '').replaceAll(hex, 'HEX').replaceAll(uuid, 'UUID').split('\n').sort(),
    ).toEqual(
      [
        ' has the layout of today and needs no migration.',
        'temporary file: /blobs/sha256/aa/HEX/data.UUID.tmp',
        'broken link: /repositories/app/_layers/sha256/HEX/link',
        'revision without link: /repositories/app/_manifests/revisions/sha256/HEX',
        'tag without link: /repositories/app/_manifests/tags/latest',
        'temporary file: /blobs/sha256/aa/HEX/.UUID.tmp',
        'temporary file: /repositories/app/_manifests/tags/latest/.UUID.tmp',
        'Left behind: 6. Servers pass over it.',
        '',
      ].sort(),
    );
    expect(await report()).toMatchObject({ layout: 'current', leftovers: expect.arrayContaining([expect.anything()]) });
    expect(await filesBelow(V2)).toEqual(before);
  });

  it.each<[string, string[], string]>([
    ['no command', [], 'Usage: stowage'],
    ['an unknown command', ['frob'], "error: unknown command 'frob'"],
    ['no root', ['migrate'], "error: missing required argument 'root'"],
    ['two roots', ['migrate', 'a', 'b'], "error: too many arguments for 'migrate'"],
    ['an unknown option', ['migrate', 'ROOT', '--frob'], "error: unknown option '--frob'"],
    [
      'options that exclude each other',
      ['migrate', 'ROOT', '--dry-run', '--remove'],
      "error: option '--dry-run' cannot",
    ],
    ['a root that is not there', ['migrate', 'ROOT/nowhere'], 'error: there is no folder ROOT/nowhere\n'],
    ['a folder without a registry', ['migrate', 'ROOT'], 'error: there is no registry in ROOT: it has no folder'],
    [
      'a report that cannot be written',
      ['migrate', 'ROOT/full', '--report', 'ROOT/no/where'],
      'error: the report cannot',
    ],
  ])('exits with 2 for %s, says so, and makes nothing', async (_case, args, message) => {
    const place = join(root, 'place');
    await mkdir(join(place, 'full', V2), { recursive: true });
    const command = start(...args.map((arg) => arg.replace('ROOT', place)));
    expect(await command.exit).toBe(2);
    expect(command.stderr.replaceAll(place, 'ROOT')).toContain(message);
    expect(command.stdout).toBe('');
    const folders = ['full', 'full/docker', 'full/docker/registry', `full${V2}`];
    expect((await readdir(place, { recursive: true })).sort()).toEqual(folders);
  });

  it('ends with 1 and one line where it meets what it cannot work with', async () => {
    await early.addLayer(NAME, tarOf('a', 'a'));
    await symlink(root, join(root, V2, 'repositories/library/elsewhere'));
    const { code, stdout, stderr } = await migrate();
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^error: invalid path ".*\/elsewhere": symbolic links below the root are not followed\n$/);
  });

  it.each([
    ['--version', /^\d+\.\d+\.\d+\n$/],
    ['--help', /^Usage: stowage .*\n {2}migrate \[options\] <root>/s],
  ])('answers %s', async (option, answer) => {
    const command = start(option);
    expect(await command.exit).toBe(0);
    expect(command.stdout).toMatch(answer);
    expect(command.stderr).toBe('');
  });
});

async function countFiles(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile() && !entry.name.startsWith('.')).length;
}

/** Resolves as soon as the condition holds. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 1));
}
