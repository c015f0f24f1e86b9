/**
 * Logs in against real servers of others. Needs root on Debian where OpenLDAP is not installed yet.
 *
 *     node test/access/run.ts [pattern of test files]
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { debianPackages } from '../servers/installed.ts';
import { SLAPD_PACKAGES } from './slapd.ts';

const PROJECT = join(import.meta.dirname, '../..');

await debianPackages(SLAPD_PACKAGES);

const jest = join(PROJECT, 'node_modules/jest/bin/jest.js');
const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
const { status } = spawnSync(
  process.execPath,
  [...flags, jest, '--selectProjects', 'access', '--', ...process.argv.slice(2)],
  { stdio: 'inherit', cwd: PROJECT, env: { ...process.env, STOWAGE_TEST_ACCESS: 'yes' } },
);
process.exitCode = status ?? 1;
