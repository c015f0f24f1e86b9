import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Digest } from '#libs/oci';
import { UnconvertibleImageError } from './image-config.js';
import { convertToSchema1, EMPTY_LAYER_DIGEST } from './schema1-conversion.js';
import { printSchema1 } from './schema1-payload.js';

const VECTOR = JSON.parse(readFileSync(`${import.meta.dirname}/testdata/schema2-to-schema1.json`, 'utf8'));

describe('convertToSchema1', () => {
  const convert = (config: string, layers: string[] = VECTOR.layersOldestFirst) =>
    convertToSchema1({
      name: VECTOR.name,
      tag: VECTOR.tag,
      config: Buffer.from(config),
      layers: layers.map(Digest.parse),
    });

  it('gives the bytes that Distribution 2.8 gave', () => {
    const manifest = convert(VECTOR.configJson);
    expect(manifest.fsLayers.map(String)).toEqual(VECTOR.expectedFsLayersNewestFirst);
    expect(manifest.history).toEqual(VECTOR.expectedV1CompatibilityNewestFirst);
    const payload = printSchema1(manifest);
    expect(payload.toString()).toBe(VECTOR.expectedPayload);
    expect(Digest.of(payload).encoded).toBe(VECTOR.expectedPayloadSha256);
  });

  it('knows the digest of the empty layer', () => {
    expect(String(EMPTY_LAYER_DIGEST)).toBe('sha256:a3ed95caeb02ffe68cdd9fd84406680ae93d633cb16422d00e8a7c22955b46d4');
  });

  it('keeps each value of the configuration as it was written, less white space', () => {
    const config = JSON.parse(VECTOR.configJson);
    const spaced = JSON.stringify(config, null, 2).replace(
      '"os": "linux"',
      '"os": "l\\u0069nux", "n": 1.50e1, "u": "\u2028<"',
    );
    const [newest] = convert(spaced).history;
    expect(newest).toContain('"n":1.50e1');
    expect(newest).toContain('"os":"l\\u0069nux"');
    expect(newest).toContain('"u":"\\u2028\\u003c"');
    expect(newest).not.toMatch(/[:,{]\s/);
  });

  it.each([
    ['no JSON', '{'],
    ['a list', '[]'],
    ['no history', '{"rootfs":{"diff_ids":["a","b"]}}'],
    ['too few diff ids', '{"history":[{}],"rootfs":{"diff_ids":["a"]}}'],
    ['too few entries of history', '{"history":[{}],"rootfs":{"diff_ids":["a","b"]}}'],
    ['too many entries of history', '{"history":[{},{},{}],"rootfs":{"diff_ids":["a","b"]}}'],
    ['a time that is none', '{"history":[{"created":"yesterday"},{}],"rootfs":{"diff_ids":["a","b"]}}'],
  ])('refuses a configuration with %s', (_case, config) => {
    expect(() => convert(config)).toThrow(UnconvertibleImageError);
  });
});
