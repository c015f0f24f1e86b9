#!/usr/bin/env node
import { checkNodeVersion } from '../node-version.js';

const problem = checkNodeVersion(process.versions.node);
if (problem !== undefined) {
  process.stderr.write(`${problem}\n`);
  process.exit(1);
}
// Loaded only now, because an older Node may fail to read what it imports.
const { run } = await import('./program.js');
process.exitCode = await run(process.argv.slice(2));
