import { describe, expect, it } from '@jest/globals';
import { isDockerType, isIndexType, isManifestType, isMediaType, isNonDistributable, MediaType } from './media-type.js';

describe('the media types of manifests', () => {
  it.each([
    ['application/vnd.oci.image.manifest.v1+json', { isIndex: false, isDocker: false }],
    ['application/vnd.oci.image.index.v1+json', { isIndex: true, isDocker: false }],
    ['application/vnd.docker.distribution.manifest.v2+json', { isIndex: false, isDocker: true }],
    ['application/vnd.docker.distribution.manifest.list.v2+json', { isIndex: true, isDocker: true }],
  ])('hold %s', (mediaType, { isIndex, isDocker }) => {
    expect(isManifestType(mediaType)).toBe(true);
    expect(isIndexType(mediaType)).toBe(isIndex);
    expect(isDockerType(mediaType)).toBe(isDocker);
  });

  it.each([
    '',
    'application/json',
    'application/vnd.docker.distribution.manifest.v1+json',
    'application/vnd.docker.distribution.manifest.v1+prettyjws',
    'application/vnd.oci.artifact.manifest.v1+json',
    MediaType.ociManifest.toUpperCase(),
    `${MediaType.ociManifest}; charset=utf-8`,
    `${MediaType.ociManifest}\n`,
  ])('do not hold %j', (mediaType) => {
    expect([isManifestType, isIndexType, isDockerType].map((holds) => holds(mediaType))).toEqual([false, false, false]);
  });
});

describe('isNonDistributable', () => {
  it.each([
    'application/vnd.oci.image.layer.nondistributable.v1.tar',
    'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
    'application/vnd.oci.image.layer.nondistributable.v1.tar+zstd',
    'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip+encrypted',
    'application/vnd.docker.image.rootfs.foreign.diff.tar',
    'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
  ])('holds for %s', (mediaType) => {
    expect(isNonDistributable(mediaType)).toBe(true);
  });

  it.each([
    'application/vnd.oci.image.layer.v1.tar+gzip',
    'application/vnd.docker.image.rootfs.diff.tar.gzip',
    'application/vnd.docker.image.rootfs.foreigners.diff.tar',
    'application/octet-stream',
    'x/application/vnd.docker.image.rootfs.foreign.diff.tar',
    'application/vndXdocker.image.rootfs.foreign.diff.tar',
    '',
  ])('does not hold for %j', (mediaType) => {
    expect(isNonDistributable(mediaType)).toBe(false);
  });
});

describe('isMediaType', () => {
  it.each([
    'application/vnd.oci.image.config.v1+json',
    'application/vnd.oci.empty.v1+json',
    'text/plain',
    'a/b',
    '0/0',
    'Image/GIF',
    `a/b!#$&^_.+-`,
    `${'a'.repeat(127)}/${'b'.repeat(127)}`,
    'application/vnd.dev.sigstore.bundle+json;version=0.3',
    'text/plain; charset=utf-8',
  ])('takes %s', (text) => {
    expect(isMediaType(text)).toBe(true);
  });

  it.each([
    ['nothing', ''],
    ['no slash', 'text'],
    ['no type', '/plain'],
    ['no subtype', 'text/'],
    ['a second slash', 'a/b/c'],
    ['a wildcard', '*/*'],
    ['a type that begins with a dot', '.a/b'],
    ['a subtype that begins with a plus', 'a/+json'],
    ['a type of 128 characters', `${'a'.repeat(128)}/b`],
    ['a subtype of 128 characters', `a/${'b'.repeat(128)}`],
    ['a space', 'text/pl ain'],
    ['a space before', ' text/plain'],
    ['a line feed at the end', 'text/plain\n'],
    ['a line feed before the parameters', 'text/plain\n;a=b'],
    ['a line feed in the parameters', 'text/plain;a=b\nc'],
    ['two types', 'a/b, c/d'],
    ['a look-alike', 'text/pl\u0430in'],
    ['a letter that only folds to a Latin one', 'te\u017ft/plain'],
    ['a full-width slash', 'text\uff0fplain'],
  ])('refuses %s', (_, text) => {
    expect(isMediaType(text)).toBe(false);
  });
});
