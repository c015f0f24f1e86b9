import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';
import {
  keepNamesOfDecoratedClasses,
  keepOptionalPackagesOfNest,
  leaveOut,
  requireBuiltIns,
  runLater,
} from './plugins.ts';
import { shareNamespaces } from './share-namespaces.ts';

const ROOT = join(import.meta.dirname, '..');
const RXJS = join(ROOT, 'node_modules/rxjs/dist/esm');

export interface BundleOptions {
  /** The module that starts the server. */
  readonly entry: string;
  /** A folder of its own, from which `node_modules` can be found. */
  readonly target: string;
  readonly conditions?: string[];
  readonly plugins?: Plugin[];
}

/** Puts the server into few files, with the packages that it uses: to find and to read two thousand takes longer than to run them. */
export async function bundle({ entry, target, conditions = [], plugins = [] }: BundleOptions): Promise<Metafile> {
  await rm(target, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: { main: entry },
    outdir: target,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24.9',
    conditions,
    // Of a package that has several forms, the one of which parts that are not used can be left out.
    mainFields: ['es2015', 'module', 'main'],
    alias: { rxjs: join(RXJS, 'index.js'), 'rxjs/operators': join(RXJS, 'operators/index.js') },
    // They find their binaries beside themselves.
    external: ['koffi', '@node-rs/argon2', '@node-rs/bcrypt'],
    plugins: [
      ...plugins,
      requireBuiltIns(),
      // Express can parse bodies and nested queries. The registry reads its bodies as streams, and has no such queries.
      leaveOut(['body-parser', 'qs']),
      // Express and `send` have it for files whose type must be guessed from their names: those of the documentation.
      runLater(['mime-types']),
      keepOptionalPackagesOfNest(),
      keepNamesOfDecoratedClasses(),
      shareNamespaces(),
    ],
    banner: { js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);" },
    legalComments: 'linked',
    logLevel: 'warning',
    metafile: true,
  });
  return metafile;
}
