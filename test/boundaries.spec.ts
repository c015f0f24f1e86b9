import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const BY_NAME = 'Import a library by its name, #libs/<name>.';
const BY_NAME_AND_NO_SRC = 'Import a library by its name, #libs/<name>; libraries never import src.';
const BY_DOOR = 'Enter a module through its index.js.';
const NO_FRAMEWORK = 'libs/ is free of frameworks.';
const APART = 'Object stores do not know each other, nor does what they have in common know any.';
const PURE = 'This library is on its own: it imports no other library and touches no files.';

const PURE_LIBRARY_MAY_NOT = [
  '#libs/storage',
  '../../../src/config/index.js',
  '@nestjs/common',
  'express',
  'express/lib/request.js',
  'rxjs',
  'rxjs/operators',
  'class-validator',
  'class-validator/a',
  'node:fs',
  'node:fs/promises',
  'node:http',
  'fs',
  'fs/promises',
];

/** The rule in words, a file that breaks it, the source of the file, and the message or the rule of the linter. */
const REFUSED: [string, string, string, string][] = [
  ['a library imports Nest', 'libs/storage/src/a.ts', `import '@nestjs/common';`, NO_FRAMEWORK],
  ['a library imports Express', 'libs/storage/src/b.ts', `import 'express';`, NO_FRAMEWORK],
  [
    'a library imports a type of Express',
    'libs/storage/src/c.ts',
    `export type { Request } from 'express';`,
    NO_FRAMEWORK,
  ],
  ['a library imports RxJS', 'libs/storage/src/d.ts', `import 'rxjs';`, NO_FRAMEWORK],
  ['a library imports a part of RxJS', 'libs/storage/src/e.ts', `import 'rxjs/operators';`, NO_FRAMEWORK],
  ['a library imports class-validator', 'libs/storage/src/f.ts', `import 'class-validator';`, NO_FRAMEWORK],
  ['a library imports class-transformer', 'libs/storage/src/g.ts', `import 'class-transformer';`, NO_FRAMEWORK],
  ['a library imports a part of Express', 'libs/storage/src/o.ts', `import 'express/lib/request.js';`, NO_FRAMEWORK],
  ['a library imports a part of class-validator', 'libs/storage/src/p.ts', `import 'class-validator/a';`, NO_FRAMEWORK],
  ['a library loads Nest later', 'libs/storage/src/h.ts', `export const nest = import('@nestjs/core');`, NO_FRAMEWORK],
  ['a library imports src', 'libs/storage/src/i.ts', `import '../../../src/config/index.js';`, BY_NAME_AND_NO_SRC],
  ['a library reaches into another', 'libs/storage/src/j.ts', `import '../../oci/src/digest.js';`, BY_NAME_AND_NO_SRC],
  ...PURE_LIBRARY_MAY_NOT.map((name, number): [string, string, string, string] => [
    `libs/oci imports ${name}`,
    `libs/oci/src/refused-${number}.ts`,
    `import '${name}';`,
    PURE,
  ]),
  ['libs/hash imports another library', 'libs/hash/src/a.ts', `import '#libs/oci';`, PURE],
  ['an object store imports another', 'libs/storage-s3/src/a.ts', `import '#libs/storage-gcs';`, APART],
  ['what object stores share imports one', 'libs/object-storage/src/a.ts', `import '#libs/storage-s3';`, APART],
  ['an object store imports Nest', 'libs/storage-s3/src/b.ts', `import '@nestjs/common';`, NO_FRAMEWORK],
  ['a feature reaches into another', 'src/layer/a.ts', `import '../config/registry.config.js';`, BY_DOOR],
  ['a feature reaches deep into another', 'src/layer/b.ts', `import '../config/yaml/index.js';`, BY_DOOR],
  ['a feature loads a part of another later', 'src/layer/c.ts', `export const a = import('../config/a.js');`, BY_DOOR],
  ['a folder of a feature reaches into another', 'src/layer/sub/a.ts', `import '../../config/a.js';`, BY_DOOR],
  ['a feature takes a library by path', 'src/layer/i.ts', `import '../../libs/oci/src/index.js';`, BY_NAME],
  [
    'a folder of a feature takes a library by path',
    'src/layer/sub/e.ts',
    `import '../../../libs/oci/src/a.js';`,
    BY_NAME,
  ],
  ['a file of src reaches into a feature', 'src/a.ts', `import './config/registry.config.js';`, BY_DOOR],
  ['a file of src takes a library by path', 'src/b.ts', `import '../libs/oci/src/index.js';`, BY_NAME],
  ['a test takes a library by path', 'test/a.spec.ts', `import '../libs/oci/src/index.js';`, BY_NAME],
  ['two files import each other', 'src/cycle/a.ts', `import './b.js';`, 'noImportCycles'],
  ['two files import each other back', 'src/cycle/b.ts', `import './a.js';`, 'noImportCycles'],
  ['a promise floats', 'src/promise/c.ts', `import { save } from './save.js';\nsave();`, 'noFloatingPromises'],
  ['a type is any', 'src/any/b.ts', `export let value: any;`, 'noExplicitAny'],
];

/** The same without a message: the linter has nothing to say. */
const ALLOWED: [string, string, string][] = [
  ['a library imports another by its name', 'libs/storage/src/k.ts', `import '#libs/oci';`],
  ['a library imports node:fs', 'libs/storage/src/l.ts', `import 'node:fs/promises';`],
  ['a library passes the contract of another', 'libs/hash/src/c.spec.ts', `import '../../storage/src/a.contract.js';`],
  ['a library imports its own files', 'libs/storage/src/m.ts', `import './sub/a.js';`],
  ['a folder of a library imports its own library', 'libs/storage/src/sub/a.ts', `import '../n.js';`],
  ['an object store imports what all share', 'libs/storage-s3/src/c.ts', `import '#libs/object-storage';`],
  ['libs/oci imports its own files', 'libs/oci/src/f.ts', `import './digest.js';`],
  ['libs/hash imports node:crypto', 'libs/hash/src/b.ts', `import 'node:crypto';`],
  ['a feature imports a library by its name', 'src/layer/d.ts', `import '#libs/oci';`],
  ['a feature imports Nest', 'src/layer/e.ts', `import '@nestjs/common';`],
  ['a feature enters another by its door', 'src/layer/f.ts', `import '../config/index.js';`],
  ['a feature imports its own files', 'src/layer/g.ts', `import './sub/b.js';`],
  ['a folder of a feature imports its own feature', 'src/layer/sub/b.ts', `import '../h.js';`],
  ['a folder of a feature imports its neighbour', 'src/layer/sub/c.ts', `import '../other/a.js';`],
  ['a folder of a feature enters another by its door', 'src/layer/sub/d.ts', `import '../../config/index.js';`],
  ['a file of src enters a feature by its door', 'src/c.ts', `import './config/index.js';`],
  ['a file of src imports its neighbour', 'src/d.ts', `import './e.js';`],
  ['a test imports src', 'test/b.spec.ts', `import '../src/config/index.js';`],
  ['a test imports a library by its name', 'test/c.spec.ts', `import '#libs/oci';`],
  ['a function returns a promise', 'src/promise/save.ts', `export async function save(): Promise<void> {}`],
  ['a promise is awaited', 'src/promise/a.ts', `import { save } from './save.js';\nawait save();`],
  ['a promise is returned', 'src/promise/b.ts', `import { save } from './save.js';\nexport const a = () => save();`],
  ['an unknown type is unknown', 'src/any/a.ts', `export let value: unknown;`],
];

interface Diagnostic {
  readonly severity: string;
  readonly category: string;
  readonly message: string;
  readonly location: { readonly path: string };
}

describe('the linter', () => {
  let root = '';
  let diagnostics: readonly Diagnostic[] = [];

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'stowage-boundaries-'));
    await cp('biome.json', join(root, 'biome.json'));
    for (const [, path, source] of [...REFUSED, ...ALLOWED]) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), `${source}\n`);
    }
    diagnostics = await lint(root);
  });
  afterAll(() => rm(root, { recursive: true }));

  const errorsIn = (path: string) =>
    diagnostics.filter(({ severity, location }) => severity === 'error' && location.path === path).map(nameOf);

  it.each(REFUSED)('refuses that %s', (_rule, path, _source, problem) => {
    expect(errorsIn(path)).toEqual([problem]);
  });

  it.each(ALLOWED)('allows that %s', (_rule, path) => {
    expect(errorsIn(path)).toEqual([]);
  });
});

/** Names a restricted import by its message, all else by the name of the rule. */
function nameOf({ category, message }: Diagnostic): string {
  const rule = category.slice(category.lastIndexOf('/') + 1);
  return rule === 'noRestrictedImports' ? message : rule;
}

/** Lints a folder with the linter of the project. Its exit code says no more than its report does. */
function lint(folder: string): Promise<readonly Diagnostic[]> {
  const biome = createRequire(import.meta.url).resolve('@biomejs/biome/bin/biome');
  const args = [biome, 'lint', '--reporter=json', '--max-diagnostics=none'];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { cwd: folder }, (error, stdout) => {
      if (stdout === '') reject(error);
      else resolve(JSON.parse(stdout).diagnostics);
    });
  });
}
