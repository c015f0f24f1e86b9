import { mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { digestOf, pushBlob, type Registry, randomBlob, startRegistry } from './support/registry.js';
import { Wire, type WireAnswer } from './support/wire.js';

const NAME = 'library/app';
const DIGEST = digestOf('content');
const SESSION = '00000000-0000-4000-8000-000000000000';

/** Everything below must be refused before anything is looked up or written. */
const NAMES = [
  '..',
  '.',
  '%2e%2e',
  '%2e%2e%2f%2e%2e%2fetc',
  'a/../b',
  'a%2f..%2fb',
  'a/./b',
  'a//b',
  '/a',
  'a%2f',
  '%2f',
  'a\\b',
  'a%5cb',
  '..%5c..',
  'a%00b',
  '%00',
  'a%0d%0ab',
  '%c0%ae%c0%ae',
  '%ff',
  '%',
  '%zz',
  'UPPER',
  'lower/Upper',
  '_catalog',
  '_a',
  'a/_layers',
  'a/_uploads/b',
  'a/_manifests/tags',
  '.a',
  'a.',
  'a..b',
  'a___b',
  '-a',
  'a-',
  'a:b',
  '%20a',
  'a%20',
  '~a',
  '%c3%a9',
  'a'.repeat(256),
  'a/'.repeat(2000).slice(0, -1),
];

const REFERENCES = [
  '..',
  '.',
  '%2e%2e',
  '..%2f..%2flink',
  'a%2fb',
  'a%5cb',
  '%00',
  'a%00',
  'a%0d%0aX:%20y',
  '%c0%ae',
  '%zz',
  '-tag',
  '.tag',
  'a%20b',
  't'.repeat(129),
  't'.repeat(20_000),
];

const DIGESTS = [
  'sha256:',
  ':',
  'sha256:..',
  `sha256:${'0'.repeat(62)}..`,
  `sha256:${'0'.repeat(63)}%2f`,
  `sha256:${'0'.repeat(63)}%00`,
  `sha256:${'A'.repeat(64)}`,
  `sha256:${'0'.repeat(65)}`,
  `SHA256:${'0'.repeat(64)}`,
  `sha256%3a..%2f..`,
  `__proto__:${'0'.repeat(64)}`,
  `constructor:${'0'.repeat(64)}`,
  `md5:${'0'.repeat(32)}`,
  `sha256:${'0'.repeat(64)}%0a`,
];

const IDS = [
  '..',
  '%2e%2e',
  '..%2f..',
  '%00',
  `${SESSION}%00`,
  `${SESSION}%0a`,
  `${SESSION}%2f..`,
  SESSION.slice(1),
  `${SESSION}0`,
  'startedat',
  '_',
  'x'.repeat(5000),
];

/** Each route with the methods that it takes; `*` stands for what is tried out. */
const ROUTES: [methods: string[], target: string, tricks: string[]][] = [
  [['GET'], '/v2/*/tags/list', NAMES],
  [['GET', 'HEAD', 'PUT', 'DELETE'], '/v2/*/manifests/latest', NAMES],
  [['GET', 'HEAD', 'PUT', 'DELETE'], '/v2/*/manifests/<digest>', NAMES],
  [['GET', 'HEAD', 'DELETE'], '/v2/*/blobs/<digest>', NAMES],
  [['GET'], '/v2/*/referrers/<digest>', NAMES],
  [['POST'], '/v2/*/blobs/uploads/', NAMES],
  [['GET', 'HEAD', 'PATCH', 'PUT', 'DELETE'], '/v2/*/blobs/uploads/<id>?digest=<digest>', NAMES],
  [['GET', 'HEAD', 'PUT', 'DELETE'], `/v2/${NAME}/manifests/*`, [...REFERENCES, ...DIGESTS]],
  [['GET', 'HEAD', 'DELETE'], `/v2/${NAME}/blobs/*`, [...REFERENCES, ...DIGESTS]],
  [['GET'], `/v2/${NAME}/referrers/*`, [...REFERENCES, ...DIGESTS]],
  [['POST'], `/v2/${NAME}/blobs/uploads/?digest=*`, DIGESTS],
  [['GET', 'HEAD', 'PATCH', 'PUT', 'DELETE'], `/v2/${NAME}/blobs/uploads/*?digest=<digest>`, IDS],
];

describe('a hostile path', () => {
  let folder: string;
  let root: string;
  let registry: Registry;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stowage-hostile-'));
    root = join(folder, 'a', 'b', 'root');
    registry = await startRegistry({ storage: { driver: 'filesystem', filesystem: { root } } });
  });
  afterAll(async () => {
    await registry.close();
    await rm(folder, { recursive: true });
  });

  /** Folders come and go with locks. */
  const files = async () =>
    (await readdir(folder, { recursive: true, withFileTypes: true }))
      .filter((entry) => !entry.isDirectory())
      .map(({ parentPath, name }) => join(parentPath, name));

  it.each(ROUTES.flatMap(([methods, target, tricks]) => methods.map((method) => [method, target, tricks] as const)))(
    'is refused and touches nothing: %s %s',
    async (method, target, tricks) => {
      const before = await files();
      const wire = await Wire.open(registry.url);
      for (const trick of tricks) {
        const path = target.replace('<digest>', DIGEST).replace('<id>', SESSION).replace('*', trick);
        wire.send(method, path, { 'Content-Length': 2 }, '{}');
        expectRefusal(trick, await wire.answer(method), method);
      }
      expect(await files()).toEqual(before);
      wire.close();
    },
  );

  it('of a mount starts an upload, and mounts nothing', async () => {
    const { content, digest } = randomBlob();
    await pushBlob(registry, NAME, content);
    for (const from of [...NAMES, `${NAME}/`, `../repositories/${NAME}`, `${NAME}%00`]) {
      const target = `/v2/mounted/here/blobs/uploads/?mount=${digest}&from=${from}`;
      const wire = await Wire.open(registry.url);
      expect([from, (await wire.send('POST', target, { 'Content-Length': 0 }).answer()).status]).toEqual([from, 202]);
      expect((await wire.send('GET', `/v2/mounted/here/blobs/${digest}`).answer()).status).toBe(404);
      wire.close();
    }
  });

  it('leads out of the root by no symbolic link, and the answer tells nothing of the inside', async () => {
    const blobs = join(root, 'docker/registry/v2/repositories/linked/_layers/sha256', DIGEST.slice('sha256:'.length));
    await pushBlob(registry, 'linked', Buffer.from('content'));
    await rm(join(blobs, 'link'));
    await symlink('/etc/hostname', join(blobs, 'link'));
    // The one that stored it remembers what it was.
    const other = await startRegistry({ storage: { driver: 'filesystem', filesystem: { root } } });
    const response = await other.client().get(`/v2/linked/blobs/${DIGEST}`).expect(500);
    expect(response.body).toEqual({ errors: [{ code: 'UNKNOWN', message: 'unknown error' }] });
    expect(other.log.filter(({ level }) => level === 'error')).toHaveLength(1);
    await other.close();
  });
});

const CODES = /^(?:NAME|DIGEST|MANIFEST|BLOB_UPLOAD|SIZE)_(?:INVALID|UNKNOWN)$|^UNSUPPORTED$/;

function expectRefusal(trick: string, { status, headers, body }: WireAnswer, method: string): void {
  expect([trick, [400, 404, 405].includes(status) || status]).toEqual([trick, true]);
  expect(headers.get('content-type')).toBe('application/json');
  if (method === 'HEAD') return;
  const { errors } = JSON.parse(body.toString());
  expect([trick, errors[0].code]).toEqual([trick, expect.stringMatching(CODES)]);
  expect(body.toString()).not.toMatch(/node_modules|\.[jt]s:|stowage-hostile|\n +at /);
}
