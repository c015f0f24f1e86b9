import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';

/** How esbuild begins the function that makes, for each import of a CommonJS module, an object with all of its exports. */
const MAKER = 'var __toESM = (mod, isNodeMode, target) =>';

/** One object for all imports of a module in the same mode, as long as the module has no further exports. */
const SHARED = `var __shared = [new WeakMap(), new WeakMap()];
var __toESM = (mod, isNodeMode) => {
  if (mod === null || (typeof mod !== 'object' && typeof mod !== 'function')) return __makeESM(mod, isNodeMode);
  const shared = __shared[isNodeMode ? 1 : 0];
  const exports = Object.getOwnPropertyNames(mod).length;
  const known = shared.get(mod);
  if (known?.exports === exports) return known.namespace;
  const namespace = __makeESM(mod, isNodeMode);
  shared.set(mod, { exports, namespace });
  return namespace;
};
`;

/**
 * Lets the imports of a module share the object that holds its exports. There are two hundred imports of the modules of
 * Node, which have about a hundred exports each, for each of which esbuild makes functions: two megabytes at a start.
 */
export function shareNamespaces(): Plugin {
  return {
    name: 'share namespaces',
    setup({ initialOptions, onEnd }) {
      onEnd(async ({ metafile, errors }) => {
        if (errors.length > 0) return;
        const files = Object.keys(metafile?.outputs ?? {}).filter((path) => path.endsWith('.js'));
        const shared = await Promise.all(files.map((path) => shareIn(join(initialOptions.absWorkingDir ?? '', path))));
        if (!shared.includes(true)) throw new Error('esbuild makes namespaces in another way than it did');
      });
    },
  };
}

async function shareIn(file: string): Promise<boolean> {
  const code = await readFile(file, 'utf8');
  if (!code.includes(MAKER)) return false;
  await writeFile(
    file,
    code.replace(MAKER, () => `${SHARED}${MAKER.replace('__toESM', '__makeESM')}`),
  );
  return true;
}
