import { checkNodeVersion } from './node-version.js';
import { useManyThreads } from './thread-pool.js';

const problem = checkNodeVersion(process.versions.node);
if (problem !== undefined) {
  process.stderr.write(`${problem}\n`);
  process.exit(1);
}
useManyThreads();
// Loaded only now, because an older Node may fail to read what it imports.
const { start } = await import('./start.js');
await start();
