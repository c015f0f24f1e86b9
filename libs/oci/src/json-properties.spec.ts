import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { JsonError, parseJson } from './json.js';

/** A text, and one of the ways to write it in JSON. */
interface Text {
  readonly text: string;
  readonly literal: string;
}

/** A member of an object, printed with gaps around. */
interface Member {
  readonly name: string;
  readonly printed: string;
}

type Spelling = 'short' | 'lower-case escape' | 'upper-case escape';

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '/': '\\/',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

const spellings = fc.constantFrom<Spelling>('short', 'lower-case escape', 'upper-case escape');

const characters = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  fc.constantFrom('"', '\\', '/', '\n', 'a', ':', '{', ']'),
);

const texts = fc.array(fc.tuple(characters, spellings), { maxLength: 5 }).map(spellAll);

function spellAll(parts: [string, Spelling][]): Text {
  return {
    text: parts.map(([character]) => character).join(''),
    literal: `"${parts.map(([character, spelling]) => spell(character, spelling)).join('')}"`,
  };
}

function spell(character: string, spelling: Spelling): string {
  if (spelling === 'short' && character in SHORT_ESCAPES) return SHORT_ESCAPES[character] ?? '';
  if (spelling === 'short' && character >= ' ') return character;
  const units = character.split('').map((unit) => unit.charCodeAt(0).toString(16).padStart(4, '0'));
  return units.map((unit) => `\\u${spelling === 'upper-case escape' ? unit.toUpperCase() : unit}`).join('');
}

const gaps = fc.stringMatching(/^[ \t\r\n]{0,2}$/);

const scalars = fc.oneof(
  texts.map(({ literal }) => literal),
  fc.constantFrom('null', 'true', 'false', '0', '-0', '1e3', '-12.50E-2', '1e400', '9007199254740993'),
);

/** Texts of JSON in which the members of an object differ in name. */
const { document: documents, members } = fc.letrec<{ document: string; members: Member[] }>((tie) => ({
  document: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.tuple(gaps, scalars, gaps).map((parts) => parts.join('')),
    fc.tuple(gaps, fc.array(tie('document'), { maxLength: 3 })).map(([gap, all]) => `[${all.join(',') || gap}]${gap}`),
    fc.tuple(gaps, tie('members')).map(([gap, all]) => `{${all.map(print).join(',') || gap}}${gap}`),
  ),
  members: fc.uniqueArray(
    fc.tuple(gaps, texts, gaps, tie('document')).map(([before, { text, literal }, after, value]) => ({
      name: text,
      printed: `${before}${literal}${after}:${value}`,
    })),
    { maxLength: 3, selector: ({ name }) => name },
  ),
}));

function print({ printed }: Member): string {
  return printed;
}

/** A name, and the same name spelt anew. */
const twins = fc
  .array(fc.tuple(characters, spellings, spellings), { maxLength: 5 })
  .map((parts) => [
    spellAll(parts.map(([character, spelling]) => [character, spelling])).literal,
    spellAll(parts.map(([character, , spelling]) => [character, spelling])).literal,
  ]);

/** Texts of JSON in which one object, however deep, has one member twice. */
const documentsWithTwins = fc
  .tuple(
    twins,
    fc.tuple(documents, documents, gaps),
    members,
    fc.array(fc.constantFrom(['[', ']'], ['[0, ', ']'], ['{"a": ', '}'], ['{"b": [], "c":', '}']), { maxLength: 5 }),
  )
  .map(([[name, twin], [first, second, gap], between, around]) => {
    const inside = [`${name}${gap}:${first}`, ...between.map(print), `${gap}${twin}:${second}`].join(',');
    return around.reduce((text, [open, close]) => `${open}${text}${close}`, `{${inside}}`);
  });

function parse(text: string): unknown {
  return parseJson(Buffer.from(text));
}

describe('parseJson', () => {
  it('reads what JSON.parse reads, however it is spelt and spaced', () => {
    fc.assert(
      fc.property(documents, (text) => expect(parse(text)).toEqual(JSON.parse(text))),
      { numRuns: 300 },
    );
  });

  it('refuses a member that stands twice, however deep and however spelt', () => {
    fc.assert(
      fc.property(documentsWithTwins, (text) => {
        expect(() => JSON.parse(text)).not.toThrow();
        expect(() => parse(text)).toThrow(/ stands twice in one object$/);
      }),
      { numRuns: 300 },
    );
  });

  it('reads arbitrary bytes as JSON.parse does, or throws its own error', () => {
    const notQuiteJson = fc.stringMatching(/^[[\]{}":,\\0a \n]{0,20}$/).map((text) => Buffer.from(text));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), notQuiteJson), (content) => {
        let value: unknown;
        try {
          value = parseJson(content);
        } catch (error) {
          if (error instanceof JsonError) return;
          throw error;
        }
        expect(value).toEqual(JSON.parse(Buffer.from(content).toString()));
      }),
      { numRuns: 1000 },
    );
  });
});
