import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Digest } from './digest.js';
import { OciError } from './error.js';
import { readManifest } from './manifest.js';
import { MediaType } from './media-type.js';

const DIGEST = Digest.of(Buffer.from('{}'));
const BLOB = { mediaType: 'application/vnd.oci.empty.v1+json', digest: `${DIGEST}`, size: 2 };
const READ_BLOB = { ...BLOB, digest: DIGEST };
const IMAGE = { schemaVersion: 2, mediaType: MediaType.ociManifest, config: BLOB, layers: [BLOB] };
const INDEX = { schemaVersion: 2, mediaType: MediaType.ociIndex, manifests: [BLOB] };
const DOCKER_IMAGE = { ...IMAGE, mediaType: MediaType.dockerManifest };
const DOCKER_LIST = { ...INDEX, mediaType: MediaType.dockerManifestList };

function read(document: unknown, contentType?: string) {
  return readBytes(Buffer.from(JSON.stringify(document)), contentType);
}

function readBytes(content: Uint8Array, contentType?: string) {
  const { manifest, errors } = readManifest(content, contentType);
  return { manifest, errors, problems: errors.map(({ detail }) => detail), fields: fieldsOf(errors) };
}

function fieldsOf(errors: readonly OciError[]): unknown[] {
  return errors.map(({ detail }) => Object(detail).field);
}

function without(document: object, ...names: string[]): object {
  return Object.fromEntries(Object.entries(document).filter(([name]) => !names.includes(name)));
}

describe('a document that two readers could take for two manifests', () => {
  it.each([
    [{ ...IMAGE, manifests: [] }, ['manifests']],
    [{ ...IMAGE, manifests: [BLOB] }, ['manifests']],
    [{ ...IMAGE, manifests: '' }, ['manifests']],
    [{ ...INDEX, config: BLOB }, ['config']],
    [{ ...INDEX, layers: [] }, ['layers']],
    [{ ...INDEX, config: {}, layers: [BLOB] }, ['config', 'layers']],
    [{ ...DOCKER_IMAGE, manifests: [] }, ['manifests']],
    [{ ...DOCKER_LIST, config: BLOB, layers: [BLOB] }, ['config', 'layers']],
    [{ ...without(IMAGE, 'mediaType'), manifests: [BLOB] }, ['config', 'layers']],
    [{ ...IMAGE, Layers: [] }, ['Layers']],
    [{ ...IMAGE, 'layer\u017f': [] }, ['layer\u017f']],
    [{ ...IMAGE, Manifests: [BLOB] }, ['Manifests']],
    [{ ...INDEX, CONFIG: BLOB }, ['CONFIG']],
    [{ ...IMAGE, MediaType: MediaType.ociIndex }, ['MediaType']],
    [{ ...IMAGE, layers: [{ ...BLOB, Digest: BLOB.digest }] }, ['layers[0].Digest']],
  ])('is refused: %j', (document, fields) => {
    expect(read(document).fields).toEqual(fields);
  });

  it.each([
    [{ ...IMAGE, manifests: null }],
    [{ ...INDEX, config: null, layers: null }],
    [{ ...without(INDEX, 'mediaType'), config: null, layers: null }],
  ])('is not one that has null for the members of the other: %j', (document) => {
    expect(read(document).errors).toEqual([]);
  });
});

describe('what breaks the rules', () => {
  it.each([
    [without(IMAGE, 'schemaVersion'), ['schemaVersion']],
    [{ ...IMAGE, schemaVersion: 1 }, ['schemaVersion']],
    [{ ...IMAGE, schemaVersion: '2' }, ['schemaVersion']],
    [without(IMAGE, 'config'), ['config']],
    [{ ...IMAGE, config: null }, ['config']],
    [{ ...IMAGE, config: [BLOB] }, ['config']],
    [{ ...IMAGE, layers: {} }, ['layers']],
    [{ ...IMAGE, layers: '' }, ['layers']],
    [{ ...IMAGE, layers: [null] }, ['layers[0]']],
    [{ ...IMAGE, layers: [BLOB, without(BLOB, 'digest'), BLOB] }, ['layers[1].digest']],
    [without(INDEX, 'manifests'), ['manifests']],
    [{ ...INDEX, manifests: {} }, ['manifests']],
    [{ ...INDEX, manifests: [without(BLOB, 'size', 'mediaType')] }, ['manifests[0].mediaType', 'manifests[0].size']],
    [{ ...IMAGE, subject: {} }, ['subject.digest', 'subject.mediaType', 'subject.size']],
    [{ ...IMAGE, subject: '' }, ['subject']],
    [{ ...INDEX, subject: [] }, ['subject']],
    [{ ...IMAGE, annotations: { a: 1 } }, ['annotations']],
    [{ ...INDEX, annotations: [] }, ['annotations']],
    [{ ...IMAGE, artifactType: 1 }, ['artifactType']],
  ])('is reported with its field: %j', (document, fields) => {
    expect(read(document).fields).toEqual(fields);
  });

  it('is reported as one MANIFEST_INVALID error each, all together', () => {
    const { errors, fields } = read(
      {
        schemaVersion: 1,
        mediaType: MediaType.ociManifest,
        artifactType: 1,
        config: { ...BLOB, size: -1 },
        layers: [BLOB, 'layer', { ...BLOB, digest: 'sha256:abc', mediaType: '' }],
        manifests: [],
        subject: { ...BLOB, annotations: 'text' },
        annotations: 'text',
      },
      MediaType.dockerManifest,
    );
    expect(fields).toEqual([
      'mediaType',
      'schemaVersion',
      'manifests',
      'config.size',
      'layers[1]',
      'layers[2].digest',
      'layers[2].mediaType',
      'subject.annotations',
      'annotations',
      'artifactType',
    ]);
    expect(new Set(errors.map(({ code, status }) => `${code} ${status}`))).toEqual(new Set(['MANIFEST_INVALID 400']));
  });

  it('leaves the well-formed parts of the manifest readable', () => {
    const { manifest } = read({
      ...IMAGE,
      schemaVersion: 1,
      artifactType: 1,
      layers: [{ ...BLOB, size: '2' }, BLOB, null],
      subject: BLOB,
      annotations: 1,
    });
    expect(manifest).toEqual({
      mediaType: MediaType.ociManifest,
      artifactType: BLOB.mediaType,
      blobs: [READ_BLOB, READ_BLOB],
      manifests: [],
      subject: READ_BLOB,
    });
  });

  it('is reported a hundred times at most', () => {
    const { manifest, errors, fields } = read({ ...IMAGE, layers: [BLOB, ...Array(500).fill(null)], subject: 1 });
    expect(errors).toHaveLength(100);
    expect(fields).toContain('layers[100]');
    expect(manifest?.blobs).toEqual([READ_BLOB, READ_BLOB]);
  });

  it.each([
    ['no JSON', Buffer.from('{'), 'not JSON'],
    ['no UTF-8', Buffer.from([0xff]), 'not UTF-8'],
    ['empty', Buffer.alloc(0), 'not JSON'],
    ['a list', Buffer.from('[]'), 'must be a JSON object'],
    ['null', Buffer.from('null'), 'must be a JSON object'],
    ['ambiguous', Buffer.from('{"a":1,"a":2}'), 'the member "a" stands twice in one object'],
    ['too deep', Buffer.from(`${'['.repeat(65)}${']'.repeat(65)}`), 'nested deeper than 64 levels'],
  ])('leaves no manifest when the whole is %s', (_, content, rule) => {
    expect(readBytes(content, MediaType.ociManifest)).toMatchObject({
      manifest: undefined,
      problems: [{ field: '', rule }],
    });
  });
});

describe('a hostile manifest of 4 MiB', () => {
  it.each([
    ['layers that are none', '0', 100],
    ['layers that are empty objects', '{}', 100],
    ['layers with a malformed digest', '{"digest":"x"}', 100],
    ['layers', JSON.stringify(BLOB), 0],
  ])('full of %s is answered in a few seconds of processor time at most', (_, layer, errors) => {
    const layers = `${layer},`.repeat(4_194_304 / (layer.length + 1)) + layer;
    const content = Buffer.from(JSON.stringify({ ...IMAGE, layers: [] }).replace('[]', `[${layers}]`));
    const before = process.threadCpuUsage();
    expect(readManifest(content).errors).toHaveLength(errors);
    const { user, system } = process.threadCpuUsage(before);
    // A tenth of it, mostly. What goes through the text again and again takes minutes.
    expect((user + system) / 1000).toBeLessThan(4000);
  });
});

describe('readManifest', () => {
  const types = fc.oneof(fc.constantFrom(undefined, 'application/json', ...Object.values(MediaType)), fc.string());

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), types, (content, contentType) => {
        expect(readManifest(content, contentType).errors.length).toBeGreaterThan(0);
      }),
    );
  });

  it('never throws, whatever the JSON: it gives a manifest or errors', () => {
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom<unknown>(BLOB, [BLOB], [BLOB, null], {}, [], null, ''));
    const documents = fc.record(
      {
        schemaVersion: fc.oneof(fc.constant(2), value),
        mediaType: fc.oneof(types, value),
        artifactType: value,
        config: value,
        layers: value,
        manifests: value,
        subject: value,
        annotations: value,
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), documents), types, (document, contentType) => {
        const { manifest, errors } = read(document, contentType);
        expect(errors.length > 0 || manifest !== undefined).toBe(true);
        expect(errors.every(({ code }) => code === 'MANIFEST_INVALID')).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});
