import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Digest } from '#libs/oci';
import { loadMemoryStorage, type StorageDriver } from '#libs/storage';
import { earlyPathOf, walkEarlyBlobs, walkEarlyRepositories } from './early-layout.js';
import { isEmpty, surveyEarlyLayout } from './early-survey.js';

const V2 = '/docker/registry/v2';
const HEX = `ab${'c'.repeat(62)}`;
const SUM = `tarsum/v1/sha256/ab/${HEX}`;

describe('the early layout', () => {
  let storage: StorageDriver;

  beforeEach(async () => {
    storage = (await loadMemoryStorage()).driver;
  });

  const put = (path: string) => storage.putContent(`${V2}/${path}`, Buffer.from('12345'));

  async function found(): Promise<object[]> {
    const files: object[] = [];
    for await (const file of walkEarlyBlobs(storage)) files.push(file);
    for await (const file of walkEarlyRepositories(storage)) files.push(file);
    return files;
  }

  it.each([
    [SUM, `tarsum.v1+sha256:${HEX}`],
    [`tarsum/v0/sha256/ab/${HEX}`, `tarsum+sha256:${HEX}`],
    [`tarsum/dev/sha256/ab/${HEX}`, `tarsum.dev+sha256:${HEX}`],
    [`tarsum/v1/sha512/ab/${HEX}${HEX}`, `tarsum.v1+sha512:${HEX}${HEX}`],
    [`tarsum/v1/md5/ab/${HEX.slice(0, 32)}`, `tarsum.v1+md5:${HEX.slice(0, 32)}`],
  ])('has at %s what %s names', async (path, text) => {
    await put(`blob/${path}`);
    await put(`repositories/foo/bar/layers/${path}`);
    const digest = Digest.parse(text);
    expect(await found()).toEqual([
      { kind: 'blob', path: `${V2}/blob/${path}`, size: 5, digest },
      { kind: 'link', path: `${V2}/repositories/foo/bar/layers/${path}`, name: 'foo/bar', digest },
    ]);
  });

  it.each([
    ['foo/bar', 'latest'],
    ['aa/bb/cc/dd/ee', '2.0.1-rc_1'],
    [`${'a'.repeat(30)}/x-y.z_0`, 'v1'],
    ['foo/manifests', 'manifests'],
    ['foo/bar/manifests', 'layers'],
    ['foo/layers', 'tarsum'],
  ])('has a manifest of %s under the tag %s', async (name, tag) => {
    const path = `repositories/${name}/manifests/${tag}`;
    await put(path);
    expect(await found()).toEqual([{ kind: 'manifest', path: `${V2}/${path}`, size: 5, name, tag }]);
  });

  it.each([
    ['a repository of one component', 'repositories/foo/manifests/latest'],
    ['a repository of six', 'repositories/aa/bb/cc/dd/ee/ff/manifests/latest'],
    ['a component of one character', 'repositories/foo/b/manifests/latest'],
    ['a component of 31 characters', `repositories/foo/${'b'.repeat(31)}/manifests/latest`],
    ['a component with capitals', 'repositories/foo/Bar/manifests/latest'],
    ['a component with two separators in a row', 'repositories/foo/b__r/manifests/latest'],
    ['a tag with capitals', 'repositories/foo/bar/manifests/Latest'],
    ['a tag of one character', 'repositories/foo/bar/manifests/1'],
    ['a tag of 129 characters', `repositories/foo/bar/manifests/${'a'.repeat(129)}`],
    ['a file below a tag', 'repositories/foo/bar/manifests/latest/link'],
    ['a file of no purpose', 'repositories/foo/bar/readme'],
    ['a link of another kind of digest', `repositories/foo/bar/layers/sha256/ab/${HEX}`],
    ['a link in the wrong folder', `repositories/foo/bar/layers/tarsum/v1/sha256/ac/${HEX}`],
    ['a link to an unknown version', `repositories/foo/bar/layers/tarsum/v2/sha256/ab/${HEX}`],
    ['a blob of another kind of digest', `blob/sha256/ab/${HEX}`],
    ['a blob of an unknown hash', `blob/tarsum/v1/sha3/ab/${HEX}`],
    ['a blob in the wrong folder', `blob/tarsum/v1/sha256/ac/${HEX}`],
    ['a blob whose version is spelled in another way', `blob/tarsum/tarsum.v1/sha256/ab/${HEX}`],
    ['a blob with a digest that is cut', `blob/tarsum/v1/sha256/ab/${HEX.slice(1)}`],
  ])('does not have %s', async (_case, path) => {
    await put(path);
    expect(await found()).toEqual([{ kind: 'foreign', path: `${V2}/${path}` }]);
  });

  it('reads what lies where it says that it lies', async () => {
    const component = fc.stringMatching(/^[a-z0-9]{1,9}(?:[._-][a-z0-9]{1,9}){1,2}$/);
    const name = fc.oneof(
      fc.array(component, { minLength: 2, maxLength: 5 }).map((components) => components.join('/')),
      fc.constantFrom('manifests/layers', 'layers/tarsum/v1/sha256/ab', 'manifests/manifests'),
    );
    const digest = fc
      .tuple(fc.constantFrom('tarsum', 'tarsum.v1', 'tarsum.dev'), fc.stringMatching(/^[0-9a-f]{64}$/))
      .map(([version, hex]) => Digest.parse(`${version}+sha256:${hex}`));
    await fc.assert(
      fc.asyncProperty(name, component, digest, async (repository, tag, sum) => {
        storage = (await loadMemoryStorage()).driver;
        const paths = [
          earlyPathOf.blob(sum),
          earlyPathOf.layerLink(repository, sum),
          earlyPathOf.manifest(repository, tag),
        ];
        for (const path of paths) await storage.putContent(path, Buffer.from('12345'));
        const [blob, link, manifest] = paths;
        expect(await found()).toEqual(
          expect.arrayContaining([
            { kind: 'blob', path: blob, size: 5, digest: sum },
            { kind: 'link', path: link, name: repository, digest: sum },
            { kind: 'manifest', path: manifest, size: 5, name: repository, tag },
          ]),
        );
      }),
    );
  });

  it('is not what lies in the layout of today', async () => {
    await put(`blobs/sha256/ab/${HEX}/data`);
    await put(`repositories/foo/bar/_layers/${SUM}/link`);
    await put('repositories/foo/bar/_manifests/tags/latest/current/link');
    await put('repositories/foo/_uploads/0/data');
    expect(await found()).toEqual([]);
    expect(isEmpty(await surveyEarlyLayout(storage))).toBe(true);
  });

  it('is counted, without what does not belong to it', async () => {
    await put(`blob/${SUM}`);
    await put(`blob/sha256/ab/${HEX}`);
    await put(`repositories/foo/bar/layers/${SUM}`);
    await put('repositories/foo/bar/manifests/v1');
    await put('repositories/foo/bar/manifests/v2');
    await put('repositories/foo/bar/readme');
    const survey = await surveyEarlyLayout(storage);
    expect(survey).toEqual({ blobs: 1, bytes: 5, links: 1, manifests: 2 });
    expect(isEmpty(survey)).toBe(false);
  });
});
