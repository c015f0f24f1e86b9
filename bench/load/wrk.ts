import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Placement, placed } from '../system/cpus.ts';
import type { SmallRequests } from './clients.ts';

export interface GetLoad {
  readonly url: string;
  readonly paths: readonly string[];
  readonly headers: Record<string, string>;
  readonly connections: number;
  readonly seconds: number;
  readonly placement: Placement;
  /** Bytes of body that an answer has on the average; answers with less are errors. */
  readonly bodySize: number;
}

const run = promisify(execFile);
const SCRIPT = join(import.meta.dirname, 'wrk.lua');

/**
 * Lets wrk ask for the paths in turn, on each connection the next as soon as the answer to the last is there.
 *
 * @throws Error when a single answer was no success, or was too short
 */
export async function getWithWrk(load: GetLoad): Promise<SmallRequests> {
  const folder = await mkdtemp(join(tmpdir(), 'stowage-bench-wrk-'));
  try {
    const list = join(folder, 'paths');
    await writeFile(list, load.paths.map((path) => `${path}\n`).join(''));
    return await measure(load, list);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure({ url, headers, connections, seconds, placement, bodySize }: GetLoad, list: string) {
  const headerOptions = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  const numbers = ['-t1', `-c${connections}`, `-d${seconds}s`];
  const options = [...numbers, '--latency', '--timeout', '30s', '-s', SCRIPT, ...headerOptions];
  const [program, ...args] = placed(['wrk', ...options, url, '--', list], placement, 'load');
  const { stdout } = await run(program, args);
  const result: SmallRequests & { errors: number; bytes: number } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  const isComplete = result.bytes >= result.requests * bodySize;
  if (result.errors === 0 && result.requests > 0 && isComplete) return result;
  throw new Error(`wrk got answers that were no success, or too short: ${JSON.stringify(result)}`);
}
