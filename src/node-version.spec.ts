import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { transform } from '@swc/core';
import { checkNodeVersion } from './node-version.js';

describe('checkNodeVersion', () => {
  it.each(['24.9.0', '24.10.0', '24.21.0', '25.0.0', '26.10.0', '100.0.0', process.versions.node])(
    'has nothing to say of Node %s',
    (version) => {
      expect(checkNodeVersion(version)).toBeUndefined();
    },
  );

  it.each(['0.12.18', '18.20.8', '20.20.2', '22.22.2', '24.0.0', '24.8.9'])(
    'names Node %s and what it wants',
    (version) => {
      const problem = checkNodeVersion(version);
      expect(problem).toContain(version);
      expect(problem).toContain('24.9');
      expect(problem).not.toContain('\n');
    },
  );

  it('wants what package.json says', async () => {
    const { engines } = JSON.parse(await readFile(join(import.meta.dirname, '../package.json'), 'utf8'));
    const [, minimum] = /^>=(\d+\.\d+)$/.exec(engines.node) ?? [];
    expect(checkNodeVersion(`${minimum}.0`)).toBeUndefined();
    expect(checkNodeVersion('1.0.0')).toContain(`Node ${minimum} `);
  });
});

/** A Node on this machine that is too old; most have one beside the one that npm brings. */
const OLD_NODE = findOldNode();

describe('main.ts', () => {
  (OLD_NODE === undefined ? it.skip : it)('tells an old Node so in one line, and exits with 1', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'stowage-old-node-'));
    try {
      await writeFile(join(folder, 'package.json'), '{"type":"module"}');
      for (const name of ['main', 'node-version', 'thread-pool']) {
        await writeFile(join(folder, `${name}.js`), await compiled(name));
      }
      const { code, output } = await run(OLD_NODE ?? '', join(folder, 'main.js'));
      expect(output).toMatch(/^stowage needs Node 24\.9 or newer, and this is [\d.]+: .+\n$/);
      expect(code).toBe(1);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

function findOldNode(): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/bin', '/usr/bin'];
  return [...new Set(folders)].map((folder) => join(folder, 'node')).find(isOldNode);
}

function isOldNode(path: string): boolean {
  try {
    const version = execFileSync(path, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return checkNodeVersion(version.trim().slice(1)) !== undefined;
  } catch {
    return false;
  }
}

/** As the build makes it, in what matters here. */
async function compiled(name: string): Promise<string> {
  const source = await readFile(join(import.meta.dirname, `${name}.ts`), 'utf8');
  const jsc = { target: 'es2024', parser: { syntax: 'typescript' } } as const;
  return (await transform(source, { jsc, module: { type: 'es6' } })).code;
}

/** Resolves with the exit code and with all that came out of it. */
function run(program: string, ...args: string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile(program, args, { env: {} }, (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), output: stdout + stderr });
    });
  });
}
