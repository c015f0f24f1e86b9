import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseContentRange } from './content-range.js';
import { Digest } from './digest.js';
import { OciError } from './error.js';
import { parseReference } from './reference.js';
import { parseRepositoryName } from './repository-name.js';

const digests = fc
  .oneof(
    fc.tuple(fc.constant('sha256'), fc.stringMatching(/^[0-9a-f]{64}$/)),
    fc.tuple(fc.constant('sha512'), fc.stringMatching(/^[0-9a-f]{128}$/)),
  )
  .map((parts) => parts.join(':'));

const tags = fc.stringMatching(/^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/);

const words = fc.stringMatching(/^[a-z0-9]{1,6}$/);
const separators = fc.constantFrom('.', '_', '__', '-', '---', '/');
const names = fc
  .tuple(words, fc.array(fc.tuple(separators, words), { maxLength: 20 }))
  .map(([first, others]) => [first, ...others.flat()].join(''));

const ranges = fc.tuple(fc.nat(4e14), fc.nat(4e14)).map(([start, length]) => `${start}-${start + length}`);

interface Parser {
  readonly parse: (text: string) => string | undefined;
  /** Texts that it must take. */
  readonly valid: fc.Arbitrary<string>;
  readonly code: string;
}

/** Each reads a text and prints what it read; undefined where the text can name nothing. */
const PARSERS: [string, Parser][] = [
  ['Digest.parse', { parse: (text) => Digest.parse(text).toString(), valid: digests, code: 'DIGEST_INVALID' }],
  ['parseRepositoryName', { parse: parseRepositoryName, valid: names, code: 'NAME_INVALID' }],
  ['parseReference', { parse: readReference, valid: fc.oneof(tags, digests), code: 'DIGEST_INVALID' }],
  ['parseContentRange', { parse: readRange, valid: ranges, code: 'BLOB_UPLOAD_INVALID' }],
];

function readReference(text: string): string | undefined {
  const reference = parseReference(text);
  if (!reference) return undefined;
  return 'tag' in reference ? reference.tag : reference.digest.toString();
}

function readRange(text: string): string {
  const { start, end } = parseContentRange(text);
  return `${start}-${end}`;
}

/** Valid texts in which up to two characters gave way to others, and texts that are nothing like them. */
function anyText(valid: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const nearMisses = fc
    .tuple(valid, fc.nat(), fc.nat(2), fc.string({ unit: 'binary', maxLength: 2 }))
    .map(([text, index, removed, inserted]) => {
      const at = index % (text.length + 1);
      return text.slice(0, at) + inserted + text.slice(at + removed);
    });
  return fc.oneof(nearMisses, fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }));
}

describe.each(PARSERS)('%s', (_, { parse, valid, code }) => {
  it('reads back what it prints', () => {
    fc.assert(fc.property(valid, (text) => expect(parse(text)).toBe(text)));
  });

  it('reads any text stably or throws its own error', () => {
    fc.assert(
      fc.property(anyText(valid), (text) => {
        try {
          const read = parse(text);
          if (read !== undefined) expect(parse(read)).toBe(read);
        } catch (error) {
          if (!(error instanceof OciError)) throw error;
          expect(error.code).toBe(code);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
