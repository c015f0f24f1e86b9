import { readFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import type { Plugin } from 'esbuild';

/**
 * Takes the modules of Node by `require`: an `import` of one asks for everything that it exports, and so loads at once
 * what is meant to be loaded when it is first used, such as the whole of `fetch` with `node:http`.
 */
export function requireBuiltIns(): Plugin {
  const names = builtinModules.map((name) => name.replace(/^node:/, '')).join('|');
  return {
    name: 'require built-in modules',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: new RegExp(`^(node:)?(${names})$`) }, ({ path, kind }) =>
        kind === 'import-statement' ? { path, namespace: 'built-in' } : { path, external: true },
      );
      onLoad({ filter: /.*/, namespace: 'built-in' }, ({ path }) => ({
        contents: `module.exports = require('${path}');`,
      }));
    },
  };
}

/** Leaves packages out that are never called. */
export function leaveOut(packages: readonly string[]): Plugin {
  return {
    name: 'leave packages out',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: oneOf(packages) }, ({ path }) => ({ path, namespace: 'left-out' }));
      onLoad({ filter: /.*/, namespace: 'left-out' }, ({ path }) => ({
        contents: `
          const fail = () => { throw new Error('the server is built without ${path}'); };
          module.exports = new Proxy({}, { get: () => fail });`,
      }));
    },
  };
}

/** Runs each of the packages when one of its functions is first called. Nothing but their functions may be used. */
export function runLater(packages: readonly string[]): Plugin {
  return {
    name: 'run packages later',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: oneOf(packages) }, ({ path, namespace, resolveDir }) =>
        namespace === 'later' ? undefined : { path, namespace: 'later', pluginData: resolveDir },
      );
      onLoad({ filter: /.*/, namespace: 'later' }, ({ path, pluginData }) => ({
        contents: `
          const later = (name) => (...values) => require('${path}')[name](...values);
          module.exports = new Proxy({}, { get: (_, name) => later(name) });`,
        resolveDir: pluginData,
      }));
    },
  };
}

/** Leaves the packages where they are that Nest loads for those who use them, such as class-validator for its pipes. */
export function keepOptionalPackagesOfNest(): Plugin {
  return {
    name: 'keep optional packages of Nest',
    setup({ onResolve }) {
      onResolve({ filter: /^[^.]/ }, ({ path, kind, importer }) =>
        kind === 'dynamic-import' && importer.includes('/node_modules/@nestjs/') ? { path, external: true } : undefined,
      );
    },
  };
}

/** What TypeScript makes of a class with decorators: `let Service = class Service {`. */
const DECORATED_CLASS = /^let (\w+) = .*\bclass \1\b.*\{$/gm;

/**
 * Lets the classes of ours and of Nest that have decorators keep their names, which stand in logs: esbuild makes `Service2`
 * of such a class. Its own `keepNames` does so for every function too, at each request for those that are made in one.
 */
export function keepNamesOfDecoratedClasses(): Plugin {
  return {
    name: 'keep names of decorated classes',
    setup({ onLoad }) {
      onLoad({ filter: /\/(dist|@nestjs)\/.*\.js$/ }, async ({ path }) => ({
        contents: (await readFile(path, 'utf8')).replaceAll(
          DECORATED_CLASS,
          (line, name) => `${line} static { Object.defineProperty(this, 'name', { value: '${name}' }); }`,
        ),
      }));
    },
  };
}

function oneOf(packages: readonly string[]): RegExp {
  return new RegExp(`^(${packages.join('|')})$`);
}
