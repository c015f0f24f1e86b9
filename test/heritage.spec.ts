import { readFileSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { OCI_ERROR_CODES } from '#libs/oci';

const PROJECT = join(import.meta.dirname, '..');
const DOCUMENT = 'docs/heritage.md';
const CODE = /`([^`]+)`/g;
const TITLE = /"([^"]+)"/g;
const PATH = /^[\w./-]+\/[\w.-]+\.\w+$/;
const SYMBOL = /^[A-Za-z]\w*(?:\.\w+)?$/;

/** What a line of the document names. */
interface Line {
  readonly number: number;
  readonly paths: readonly string[];
  readonly symbols: readonly string[];
  readonly titles: readonly string[];
  readonly others: readonly string[];
}

const read = (path: string): string => readFileSync(join(PROJECT, path), 'utf8');
const matches = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, match]) => match ?? '');

/** The lines that name anything. The path in the head of a table counts for each of its lines. */
function linesOf(document: string): Line[] {
  let ofTheTable: string[] = [];
  return document.split('\n').flatMap((text, index) => {
    const names = matches(text, CODE);
    const paths = names.filter((name) => PATH.test(name));
    if (!text.startsWith('|')) ofTheTable = [];
    else if (text.startsWith('| then')) ofTheTable = paths;
    const rest = names.filter((name) => !PATH.test(name) && !OCI_ERROR_CODES.includes(name));
    const symbols = rest.filter((name) => SYMBOL.test(name));
    const others = rest.filter((name) => !SYMBOL.test(name));
    const line = { number: index + 1, paths: [...ofTheTable, ...paths], symbols, titles: matches(text, TITLE), others };
    return names.length > 0 ? [line] : [];
  });
}

/** What a file exports, members included: `Layer`, `Layer.open`, `pathOf`, `pathOf.blob`. */
function exportsOf(path: string): string[] {
  const { statements } = ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest, true);
  return statements
    .filter(isExported)
    .flatMap((statement): ts.Node[] =>
      ts.isVariableStatement(statement) ? [...statement.declarationList.declarations] : [statement],
    )
    .flatMap((declaration) => {
      const name = nameOf(declaration);
      return [name, ...membersOf(declaration).map((member) => `${name}.${nameOf(member)}`)];
    });
}

function isExported(node: ts.Node): boolean {
  return (
    ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
  );
}

function nameOf(node: ts.Node): string {
  return ts.getNameOfDeclaration(node as ts.Declaration)?.getText() ?? '';
}

function membersOf(node: ts.Node): ts.Node[] {
  if (ts.isInterfaceDeclaration(node)) return [...node.members];
  if (ts.isClassDeclaration(node)) {
    return node.members.flatMap((member): ts.Node[] =>
      ts.isConstructorDeclaration(member) ? [...member.parameters] : [member],
    );
  }
  if (!ts.isVariableDeclaration(node) || !node.initializer) return [];
  const value = ts.isAsExpression(node.initializer) ? node.initializer.expression : node.initializer;
  return ts.isObjectLiteralExpression(value) ? [...value.properties] : [];
}

const isTest = (path: string): boolean => /\.(?:e2e-)?spec\.ts$|\.contract\.ts$/.test(path);

describe(DOCUMENT, () => {
  const lines = linesOf(read(DOCUMENT));
  const paths = [...new Set(lines.flatMap((line) => line.paths))];

  it('names files that are there, and many of them', async () => {
    expect(paths.length).toBeGreaterThan(40);
    const missing = await Promise.all(
      paths.map((path) =>
        access(join(PROJECT, path)).then(
          () => '',
          () => path,
        ),
      ),
    );
    expect(missing.filter((path) => path !== '')).toEqual([]);
  });

  it('names symbols that a file of the same line exports', () => {
    const known = new Map(paths.filter((path) => path.endsWith('.ts')).map((path) => [path, exportsOf(path)]));
    const wrong = lines.flatMap(({ number, paths, symbols }) => {
      const exported = paths.flatMap((path) => known.get(path) ?? []);
      return symbols.filter((symbol) => !exported.includes(symbol)).map((symbol) => `line ${number}: ${symbol}`);
    });
    expect(wrong).toEqual([]);
  });

  it('names tests that a file of the same line has', () => {
    const wrong = lines.flatMap(({ number, paths, titles }) => {
      const tests = paths.filter(isTest).map(read);
      const isThere = (title: string) => tests.some((test) => test.includes(`'${title}'`));
      return titles.filter((title) => !isThere(title)).map((title) => `line ${number}: ${title}`);
    });
    expect(wrong).toEqual([]);
  });

  it('has nothing else in backticks', () => {
    expect(lines.flatMap(({ number, others }) => others.map((other) => `line ${number}: ${other}`))).toEqual([]);
  });
});
