import { describe, expect, it } from '@jest/globals';
import { Digest } from './digest.js';
import { mediaTypeOfStored, readManifest } from './manifest.js';
import { MediaType } from './media-type.js';

const BLOB = { mediaType: 'application/vnd.oci.empty.v1+json', digest: `${Digest.of(Buffer.from('{}'))}`, size: 2 };
const IMAGE = { schemaVersion: 2, mediaType: MediaType.ociManifest, config: BLOB, layers: [BLOB] };
const INDEX = { schemaVersion: 2, mediaType: MediaType.ociIndex, manifests: [BLOB] };
const DOCKER_IMAGE = { ...IMAGE, mediaType: MediaType.dockerManifest };
const DOCKER_LIST = { ...INDEX, mediaType: MediaType.dockerManifestList };

function read(document: unknown, contentType?: string) {
  const { manifest, errors } = readManifest(Buffer.from(JSON.stringify(document)), contentType);
  return { manifest, problems: errors.map(({ detail }) => detail) };
}

function without(document: object, name: string): object {
  return Object.fromEntries(Object.entries(document).filter(([key]) => key !== name));
}

describe('the Content-Type', () => {
  it.each([
    ['the same', IMAGE, MediaType.ociManifest],
    ['the same', INDEX, MediaType.ociIndex],
    ['the same', DOCKER_IMAGE, MediaType.dockerManifest],
    ['the same', DOCKER_LIST, MediaType.dockerManifestList],
    ['with parameters', IMAGE, `${MediaType.ociManifest}; charset=utf-8`],
    ['with parameters close by', IMAGE, `${MediaType.ociManifest};charset=utf-8;a="b;c"`],
    ['in upper case', IMAGE, MediaType.ociManifest.toUpperCase()],
    ['in white space', IMAGE, ` ${MediaType.ociManifest} `],
    ['missing', INDEX, undefined],
    ['missing', DOCKER_IMAGE, undefined],
    ['empty', INDEX, ''],
    ['empty but for parameters', INDEX, '; charset=utf-8'],
    ['that of any JSON', DOCKER_LIST, 'application/json'],
    ['that of any JSON, with parameters', INDEX, 'Application/JSON; charset=utf-8'],
  ])('may be %s: %j, %j', (_, document, contentType) => {
    const { manifest, problems } = read(document, contentType);
    expect(problems).toEqual([]);
    expect(manifest?.mediaType).toBe(document.mediaType);
  });

  it.each([
    'application/octet-stream',
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/vnd.docker.distribution.manifest.v1+prettyjws',
    'application/vnd.oci.artifact.manifest.v1+json',
    `${MediaType.ociManifest}, ${MediaType.ociIndex}`,
  ])('may not be %s, whatever the manifest says', (contentType) => {
    expect(read(IMAGE, contentType)).toMatchObject({
      manifest: undefined,
      problems: [{ field: 'mediaType', rule: expect.stringMatching(/^must be one of application\/vnd\.oci\./) }],
    });
  });

  it.each([
    [IMAGE, MediaType.dockerManifest],
    [DOCKER_IMAGE, MediaType.ociManifest],
    [INDEX, MediaType.dockerManifestList],
    [{ ...IMAGE, mediaType: MediaType.ociManifest.toUpperCase() }, MediaType.ociManifest],
    [{ ...IMAGE, mediaType: `${MediaType.ociManifest}; a=b` }, MediaType.ociManifest],
    [{ ...IMAGE, mediaType: 'text/plain' }, MediaType.ociManifest],
    [{ ...IMAGE, mediaType: 2 }, MediaType.ociManifest],
  ])('must be the type inside: %j, %s', (document, contentType) => {
    const { manifest, problems } = read(document, contentType);
    expect(problems).toEqual([
      { field: 'mediaType', rule: `must be the Content-Type it is pushed with, ${contentType}` },
    ]);
    expect(manifest?.mediaType).toBe(contentType);
  });
});

describe('a manifest without a media type inside', () => {
  it.each([
    [IMAGE, undefined, MediaType.ociManifest],
    [IMAGE, 'application/json', MediaType.ociManifest],
    [IMAGE, MediaType.ociManifest, MediaType.ociManifest],
    [INDEX, undefined, MediaType.ociIndex],
    [INDEX, MediaType.ociIndex, MediaType.ociIndex],
  ])('is told by its shape: %j as %j', (document, contentType, mediaType) => {
    for (const inside of [undefined, null, '']) {
      expect(read({ ...document, mediaType: inside }, contentType)).toMatchObject({
        manifest: { mediaType },
        problems: [],
      });
    }
  });

  it.each([
    [IMAGE, MediaType.ociIndex],
    [INDEX, MediaType.ociManifest],
    [{ ...INDEX, manifests: null }, MediaType.ociIndex],
  ])('must have the shape of its Content-Type: %j is no %s', (document, contentType) => {
    expect(read(without(document, 'mediaType'), contentType).problems).toContainEqual({
      field: 'mediaType',
      rule: `must be given: without it, this is not ${contentType}`,
    });
  });

  it.each([
    [DOCKER_IMAGE, MediaType.dockerManifest],
    [DOCKER_LIST, MediaType.dockerManifestList],
  ])('is none of Docker: %j as %s', (document, contentType) => {
    expect(read(without(document, 'mediaType'), contentType).problems).toEqual([
      { field: 'mediaType', rule: `must be the Content-Type it is pushed with, ${contentType}` },
    ]);
  });

  it('must be one that the registry knows when the Content-Type says nothing', () => {
    const mediaType = 'application/vnd.oci.artifact.manifest.v1+json';
    expect(read({ ...IMAGE, mediaType }).problems).toMatchObject([{ field: 'mediaType' }]);
  });
});

describe('the media type of a stored manifest', () => {
  it.each(Object.values(MediaType))('is the one it names: %s', (mediaType) => {
    expect(stored({ schemaVersion: 2, mediaType })).toBe(mediaType);
  });

  it.each([
    [{ config: BLOB, layers: [] }, MediaType.ociManifest],
    [{ manifests: [] }, MediaType.ociIndex],
    [{ manifests: null, config: BLOB }, MediaType.ociManifest],
    [{ mediaType: '', manifests: [] }, MediaType.ociIndex],
    [{ mediaType: null, config: BLOB }, MediaType.ociManifest],
    [{}, MediaType.ociManifest],
  ])('is that of the shape of %j', (document, mediaType) => {
    expect(stored({ schemaVersion: 2, ...document })).toBe(mediaType);
  });

  it.each([
    { schemaVersion: 1, mediaType: MediaType.ociManifest },
    { schemaVersion: 1, fsLayers: [] },
    { mediaType: MediaType.ociManifest },
    { schemaVersion: 2, mediaType: 'application/vnd.oci.artifact.manifest.v1+json' },
    { schemaVersion: 2, mediaType: 2 },
    [],
    null,
    'text',
  ])('is none for %j', (document) => {
    expect(stored(document)).toBeUndefined();
  });

  it('is none for what is no JSON', () => {
    expect(mediaTypeOfStored(Buffer.from('{'))).toBeUndefined();
  });

  it('is told of what a push would refuse, for another registry took it', () => {
    const twice = `{"schemaVersion":2,"mediaType":"${MediaType.ociIndex}","a":1,"a":2,"layers":[]}`;
    expect(mediaTypeOfStored(Buffer.from(twice))).toBe(MediaType.ociIndex);
  });

  function stored(document: unknown) {
    return mediaTypeOfStored(Buffer.from(JSON.stringify(document)));
  }
});
