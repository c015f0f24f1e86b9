import { describe, expect, it } from '@jest/globals';
import { memberNames, type Problem, readAnnotations, readOptionalText, refuseLookAlikes } from './member.js';

function problemsOf(read: (problems: Problem[]) => unknown): Problem[] {
  const problems: Problem[] = [];
  read(problems);
  return problems;
}

describe('refuseLookAlikes', () => {
  const names = memberNames('mediaType', 'layers', 'key');

  it.each([
    ['Layers', 'layers'],
    ['LAYERS', 'layers'],
    ['mediatype', 'mediaType'],
    ['layer\u017f', 'layers'],
    ['\u212aey', 'key'],
  ])('refuses %s, which clients in Go take for %s', (name, meant) => {
    expect(problemsOf((problems) => refuseLookAlikes({ [meant]: 1, [name]: 2 }, names, 'config.', problems))).toEqual([
      { field: `config.${name}`, rule: `must be written ${meant}` },
    ]);
  });

  it.each([
    'layers',
    'mediaType',
    'layer',
    'layers ',
    'org.example.layers',
    'l\u0430yers',
    '\uff4cayers',
    '',
    '__proto__',
  ])('leaves %j alone', (name) => {
    expect(problemsOf((problems) => refuseLookAlikes({ [name]: 1 }, names, '', problems))).toEqual([]);
  });

  it('reports each of several', () => {
    const value = { Layers: 1, LAYERS: 2, Key: 3 };
    expect(problemsOf((problems) => refuseLookAlikes(value, names, '', problems)).map(({ field }) => field)).toEqual([
      'Layers',
      'LAYERS',
      'Key',
    ]);
  });
});

describe('readOptionalText', () => {
  it.each([
    ['text', 'text'],
    ['', undefined],
    [null, undefined],
    [undefined, undefined],
  ])('reads %j as %j', (value, text) => {
    const problems: Problem[] = [];
    expect(readOptionalText(value, 'artifactType', problems)).toBe(text);
    expect(problems).toEqual([]);
  });

  it.each([[0], [false], [[]], [{}], [['text']]])('refuses %j', (value) => {
    expect(problemsOf((problems) => readOptionalText(value, 'artifactType', problems))).toEqual([
      { field: 'artifactType', rule: 'must be a text' },
    ]);
  });
});

describe('readAnnotations', () => {
  it.each([[{}], [{ a: 'b', c: '' }], [JSON.parse('{"__proto__":"x","constructor":"y"}')]])('reads %j', (value) => {
    const problems: Problem[] = [];
    expect(readAnnotations(value, 'annotations', problems)).toEqual(value);
    expect(problems).toEqual([]);
  });

  it.each([[null], [undefined]])('takes %j for none', (value) => {
    const problems: Problem[] = [];
    expect(readAnnotations(value, 'annotations', problems)).toBeUndefined();
    expect(problems).toEqual([]);
  });

  it.each([[''], ['text'], [[]], [0], [{ a: 1 }], [{ a: null }], [{ a: 'b', c: {} }]])('refuses %j', (value) => {
    expect(problemsOf((problems) => readAnnotations(value, 'annotations', problems))).toEqual([
      { field: 'annotations', rule: 'must be an object of texts' },
    ]);
  });
});
