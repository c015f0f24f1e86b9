/**
 * Logs in against real servers of others. Needs root on Debian where OpenLDAP is not installed yet.
 *
 *     node test/access/run.ts [pattern of test files]
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const PROJECT = join(import.meta.dirname, '../..');

if (!existsSync('/usr/sbin/slapd') || !existsSync('/usr/bin/ldapsearch')) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const args of [['update'], ['install', '--yes', '--no-install-recommends', 'slapd', 'ldap-utils']]) {
    const { status } = spawnSync('apt-get', args, { stdio: 'inherit', env });
    if (status !== 0) throw new Error(`apt-get ${args[0]} ended with ${status}`);
  }
}

const jest = join(PROJECT, 'node_modules/jest/bin/jest.js');
const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
const { status } = spawnSync(
  process.execPath,
  [...flags, jest, '--selectProjects', 'access', '--', ...process.argv.slice(2)],
  { stdio: 'inherit', cwd: PROJECT, env: { ...process.env, STOWAGE_TEST_ACCESS: 'yes' } },
);
process.exitCode = status ?? 1;
