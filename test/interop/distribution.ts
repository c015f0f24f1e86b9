import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { RunningRegistry } from './registry.ts';
import type { Workspace } from './workspace.ts';

const START_TIMEOUT = 20_000;
const STOP_TIMEOUT = 20_000;

/**
 * Starts Debian's docker-registry (Distribution 2.8) on a storage root and a free port of the loopback address. What
 * `extra` holds is added to its configuration.
 */
export async function startDistribution(
  workspace: Workspace,
  root: string,
  extra: object = {},
): Promise<RunningRegistry> {
  const config = join(await workspace.folder('distribution'), 'config.json');
  await writeFile(config, JSON.stringify({ ...configuration(root), ...extra }));
  const child = spawn('/usr/bin/docker-registry', ['serve', config], { env: {}, stdio: ['ignore', 'pipe', 'pipe'] });
  const killChild = () => void child.kill('SIGKILL');
  process.once('exit', killChild);
  const ended = once(child, 'close').finally(() => process.off('exit', killChild));
  const log: string[] = [];
  const host = await listeningAddress(child, log);
  return { host, stop: () => stop(child, ended) };
}

/** YAML reads JSON. */
function configuration(root: string): object {
  return {
    version: '0.1',
    storage: { filesystem: { rootdirectory: root }, delete: { enabled: true } },
    http: { addr: '127.0.0.1:0', secret: 'of the interoperability checks' },
  };
}

async function listeningAddress(child: ChildProcess, log: string[]): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const fail = (reason: string) => reject(new Error(`docker-registry ${reason}\n${log.join('\n')}`));
  const timer = setTimeout(() => fail('does not listen'), START_TIMEOUT);
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on('line', (line) => {
      log.push(line);
      const address = /listening on (127\.0\.0\.1:\d+)/.exec(line)?.[1];
      if (address !== undefined) resolve(address);
    });
  }
  child.once('error', (error) => fail(error.message));
  child.once('close', () => fail('ended'));
  return promise.finally(() => clearTimeout(timer));
}

async function stop(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT);
  await ended;
  clearTimeout(timer);
}
