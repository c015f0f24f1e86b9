/**
 * Kills the built server during many concurrent pushes, restarts it on the same root and compares; then fills its disk.
 *
 *     node test/crash/run.ts [--short] [--seconds 100] [--rounds 20] [--seed text]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Checks } from './checks.ts';
import { checkFullDisk } from './full-disk.ts';
import { killAndRestart } from './kills.ts';
import { parseOptions } from './options.ts';

const options = parseOptions(process.argv.slice(2));
console.log(`seed ${options.seed}`);
const checks = new Checks();
const root = await mkdtemp(join(tmpdir(), 'stowage-crash-'));
try {
  await killAndRestart(root, options, checks);
} finally {
  await rm(root, { recursive: true, force: true });
}
await checkFullDisk(checks);
process.exitCode = checks.report() ? 0 : 1;
