import { describe, expect, it } from '@jest/globals';
import { isObject, JsonError, parseJson } from './json.js';

function parse(text: string): unknown {
  return parseJson(Buffer.from(text));
}

function jsonError(message: string) {
  return expect.objectContaining({ name: 'JsonError', message });
}

describe('parseJson', () => {
  it.each([
    ['escaped', '{"a":1,"\\u0061":2}'],
    ['escaped twice, in two cases', '{"\\u006A":1,"\\u006a":2}'],
    ['with a slash', '{"a/b":1,"a\\/b":2}'],
    ['with a quote', '{"\\"":1,"\\u0022":2}'],
    ['of two units', '{"\ud83d\ude00":1,"\\ud83d\\ude00":2}'],
    ['empty', '{"":1,"":2}'],
    ['called __proto__', '{"__proto__":1,"__proto__":2}'],
    ['far from the other', '{"a":[{"a":{"a":1}},"{"],"b":"a","c":{"a":1},"a":2}'],
    ['in an array', '[{"a":1},{"a":1,"a":2}]'],
    ['before a colon that is spaced off', '{"a" :1,"a"\n\t\r :2}'],
    ['of the same value', '{"a":1,"a":1}'],
  ])('refuses the twin that is %s', (_, text) => {
    expect(() => parse(text)).toThrow(/^the member ".*" stands twice in one object$/);
  });

  it.each([
    '{"a":{"a":{"a":"a"}}}',
    '[{"a":1},{"a":1}]',
    '{"a":"a","b":"a:","c":["a","a"]}',
    '{"a":1,"A":2," a":3,"\\u0000a":4}',
    '{"a":"\\",\\"a\\":","b":"{"}',
    '{"\u00e9":1,"e\u0301":2}',
    '{"__proto__":{"a":1},"constructor":2}',
  ])('sees no twin in %s', (text) => {
    expect(parse(text)).toEqual(JSON.parse(text));
  });

  it('keeps a member called __proto__ a member', () => {
    const value = Object(parse('{"__proto__":{"mediaType":"x"}}'));
    expect(Object.keys(value)).toEqual(['__proto__']);
    expect(value.mediaType).toBeUndefined();
  });

  it.each([
    ['nothing', ''],
    ['white space only', ' \n'],
    ['a byte order mark', '\ufeff{}'],
    ['a comment', '{} // comment'],
    ['a comma at the end', '[1,]'],
    ['single quotes', "{'a':1}"],
    ['two documents', '{}{}'],
    ['a string without end', '{"a'],
    ['a string that ends in a backslash', '"\\'],
    ['an escape that JSON does not have', '{"\\x61":1}'],
    ['a line feed in a string', '"a\nb"'],
    ['brackets that do not match', '[}'],
    ['brackets that nobody opened', ']]]'],
    ['a colon in an array', '["a":1]'],
    ['a space that JSON does not have', '{"a"\u00a0:1}'],
    ['a number that JSON does not have', 'NaN'],
  ])('refuses %s', (_, text) => {
    expect(() => parse(text)).toThrow(jsonError('not JSON'));
  });

  it.each([
    ['a byte that begins nothing', [0x22, 0xff, 0x22]],
    ['a character that is cut', [0x22, 0xc3, 0x22]],
    ['a slash in two bytes', [0x22, 0xc0, 0xaf, 0x22]],
    ['half of a surrogate pair', [0x22, 0xed, 0xa0, 0x80, 0x22]],
  ])('refuses %s', (_, bytes) => {
    expect(() => parseJson(Uint8Array.from(bytes))).toThrow(jsonError('not UTF-8'));
  });

  it('repeats no more than the beginning of a name', () => {
    const name = 'a'.repeat(100_000);
    const message = `the member "${'a'.repeat(100)}" stands twice in one object`;
    expect(() => parse(`{"${name}":1,"${name}":2}`)).toThrow(jsonError(message));
  });
});

describe('the depth of JSON', () => {
  it.each([
    ['arrays', '[', '[]', ']'],
    ['objects', '{"a":', '{}', '}'],
    ['both', '[{"a":', '0', '}]'],
  ])('may be 64 levels of %s, not 65', (_, open, innermost, close) => {
    const levels = innermost === '0' ? 32 : 63;
    const deepest = open.repeat(levels) + innermost + close.repeat(levels);
    expect(parse(deepest)).toEqual(JSON.parse(deepest));
    expect(() => parse(`[${deepest}]`)).toThrow(jsonError('nested deeper than 64 levels'));
    expect(() => parse(`{"a":${deepest}}`)).toThrow(jsonError('nested deeper than 64 levels'));
  });

  it('counts levels that are open at once, and no brackets in strings', () => {
    const flat = `[${'[[]],{"a":{}},'.repeat(100)}"${'[{'.repeat(100)}"]`;
    expect(parse(flat)).toEqual(JSON.parse(flat));
  });
});

describe('a hostile document of 4 MiB', () => {
  const SIZE = 4 * 1024 * 1024;

  function fill(part: string): string {
    return part.repeat(SIZE / part.length);
  }

  function members(length: number, name: (index: number) => string): string {
    const printed = Array.from({ length }, (_, index) => `"${name(index)}":0`);
    return `{${printed.join(',')}}`;
  }

  it.each([
    ['of open arrays', fill('['), false],
    ['of open objects', fill('{"a":'), false],
    ['of closing brackets', fill(']'), false],
    ['of brackets that open and close', `[${fill('[],')}0]`, true],
    ['of quotes', fill('"'), false],
    ['that is one string of backslashes', `"${fill('\\\\')}"`, true],
    ['that is a string of backslashes without end', `"${fill('\\\\')}\\`, false],
    ['that is a string without end', `"${fill('a')}`, false],
    ['of strings, each far from its colon', fill(`"a"${' '.repeat(1000)}`), false],
    ['of 400,000 members', members(400_000, (index) => `m${index}`), true],
    ['of 400,000 members with sparse numbers for names', members(400_000, (index) => `${index * 1000}`), true],
    ['of 300,000 members with escapes', members(300_000, (index) => `\\n${index.toString(36)}`), true],
    ['of a long name that stands twice', `{"${fill('a')}":0,"${fill('a')}":0}`, false],
    ['of a long name of escapes', `{"${fill('\\u0061')}":0}`, true],
  ])('%s is answered in a few seconds of processor time at most', (_, text, isJson) => {
    const content = Buffer.from(text);
    const before = process.threadCpuUsage();
    let error: unknown;
    try {
      parseJson(content);
    } catch (caught) {
      error = caught;
    }
    const { user, system } = process.threadCpuUsage(before);
    expect(error instanceof JsonError).toBe(!isJson);
    // A tenth of it, mostly. What goes through the text again and again takes minutes.
    expect((user + system) / 1000).toBeLessThan(4000);
  });
});

describe('isObject', () => {
  it.each([
    [{}, true],
    [{ a: 1 }, true],
    [[], false],
    [null, false],
    [undefined, false],
    ['text', false],
    [0, false],
  ])('says of %j: %s', (value, holds) => {
    expect(isObject(value)).toBe(holds);
  });
});
