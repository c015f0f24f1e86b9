import { describe, expect, it } from '@jest/globals';
import { Digest } from './digest.js';
import { readManifest } from './manifest.js';
import { MediaType } from './media-type.js';

const EMPTY = describeBlob('application/vnd.oci.empty.v1+json', '{}');
const CONFIG = describeBlob('application/vnd.oci.image.config.v1+json', 'config');
const LAYER = describeBlob('application/vnd.oci.image.layer.v1.tar+gzip', 'layer');
const IMAGE = { schemaVersion: 2, mediaType: MediaType.ociManifest, config: CONFIG, layers: [LAYER] };
const CHILD = describeBlob(MediaType.ociManifest, JSON.stringify(IMAGE));
const INDEX = { schemaVersion: 2, mediaType: MediaType.ociIndex, manifests: [CHILD] };

function describeBlob(mediaType: string, content: string) {
  return { mediaType, digest: Digest.of(Buffer.from(content)), size: content.length };
}

function read(document: unknown, contentType?: string) {
  return readManifest(Buffer.from(JSON.stringify(document)), contentType);
}

function accept(document: unknown, contentType?: string) {
  const { manifest, errors } = read(document, contentType);
  expect(errors).toEqual([]);
  return manifest;
}

describe('an image manifest', () => {
  it('has its config and layers for blobs', () => {
    expect(accept(IMAGE, MediaType.ociManifest)).toEqual({
      mediaType: MediaType.ociManifest,
      artifactType: CONFIG.mediaType,
      blobs: [CONFIG, LAYER],
      manifests: [],
    });
  });

  it('of Docker is read like one of OCI', () => {
    const config = { ...CONFIG, mediaType: 'application/vnd.docker.container.image.v1+json' };
    const layer = { ...LAYER, mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip' };
    const document = { schemaVersion: 2, mediaType: MediaType.dockerManifest, config, layers: [layer] };
    expect(accept(document, MediaType.dockerManifest)).toEqual({
      mediaType: MediaType.dockerManifest,
      artifactType: config.mediaType,
      blobs: [config, layer],
      manifests: [],
    });
  });

  it.each([
    ['layers: []', []],
    ['layers: null', null],
    ['no layers', undefined],
  ])('may have %s', (_, layers) => {
    expect(accept({ ...IMAGE, layers }, MediaType.ociManifest)?.blobs).toEqual([CONFIG]);
  });

  it.each([
    'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
    'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
  ])('does not need a layer of type %s', (mediaType) => {
    const layers = [LAYER, { ...EMPTY, mediaType, urls: ['https://example.org/layer'] }, { ...EMPTY, mediaType }];
    expect(accept({ ...IMAGE, layers })?.blobs).toEqual([CONFIG, LAYER]);
  });

  it('needs a config of any type', () => {
    const mediaType = 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip';
    expect(accept({ ...IMAGE, config: { ...CONFIG, mediaType } })?.blobs).toHaveLength(2);
  });

  it('may name one blob as config and layer', () => {
    expect(accept({ ...IMAGE, artifactType: 'a/b', config: EMPTY, layers: [EMPTY] })?.blobs).toEqual([EMPTY, EMPTY]);
  });

  it('may have descriptors with data, artifact types, annotations and members that no specification names', () => {
    const more = { artifactType: 'a/b', annotations: { key: 'value' } };
    const layer = { ...LAYER, ...more, data: 'bGF5ZXI=', 'org.example': {} };
    expect(accept({ ...IMAGE, layers: [layer], 'org.example': [1] })?.blobs).toEqual([CONFIG, { ...LAYER, ...more }]);
  });
});

describe('an index', () => {
  it('has its children for manifests', () => {
    expect(accept(INDEX, MediaType.ociIndex)).toEqual({ mediaType: MediaType.ociIndex, blobs: [], manifests: [CHILD] });
  });

  it('of Docker is read like one of OCI, with the platforms of its children', () => {
    const child = { ...CHILD, mediaType: MediaType.dockerManifest, platform: { os: 'linux', architecture: 'amd64' } };
    const document = { schemaVersion: 2, mediaType: MediaType.dockerManifestList, manifests: [child] };
    expect(accept(document, MediaType.dockerManifestList)).toEqual({
      mediaType: MediaType.dockerManifestList,
      blobs: [],
      manifests: [child],
    });
  });

  it.each([
    ['manifests: []', []],
    ['manifests: null', null],
  ])('may have %s', (_, manifests) => {
    expect(accept({ ...INDEX, manifests }, MediaType.ociIndex)?.manifests).toEqual([]);
  });

  it('may list indexes, and what is no manifest', () => {
    const manifests = [{ ...CHILD, mediaType: MediaType.ociIndex }, EMPTY];
    expect(accept({ ...INDEX, manifests })?.manifests).toEqual(manifests);
  });
});

describe.each([
  ['an image', IMAGE],
  ['an index', INDEX],
])('%s', (_, document) => {
  it('may have a subject and annotations', () => {
    const annotations = { 'org.opencontainers.image.created': '2026-11-24T00:00:00Z' };
    expect(accept({ ...document, subject: CHILD, annotations })).toMatchObject({ subject: CHILD, annotations });
  });

  it('may have null for what it leaves out', () => {
    const manifest = accept({ ...document, subject: null, annotations: null, artifactType: null });
    expect(manifest).toEqual(accept(document));
  });

  it('has the artifact type that it names', () => {
    expect(accept({ ...document, artifactType: 'application/vnd.example+type' })?.artifactType).toBe(
      'application/vnd.example+type',
    );
  });
});

describe('the artifact type', () => {
  it.each([[undefined], [null], ['']])('of an image that names %j is the type of its config', (artifactType) => {
    expect(accept({ ...IMAGE, artifactType })?.artifactType).toBe(CONFIG.mediaType);
  });

  it.each([[undefined], [null], ['']])('of an index that names %j is none', (artifactType) => {
    expect(accept({ ...INDEX, artifactType })).not.toHaveProperty('artifactType');
  });

  it('may be of any form, for it is only handed on', () => {
    expect(accept({ ...IMAGE, artifactType: 'sbom' })?.artifactType).toBe('sbom');
  });
});
