import { execFile } from 'node:child_process';
import { cpus, release, totalmem } from 'node:os';
import { promisify } from 'node:util';
import { allowedCpus } from '../system/cpus.ts';
import type { Machine } from './result.ts';

const run = promisify(execFile);

/** What the figures of a run depend on. */
export async function describeMachine(folder: string): Promise<Machine> {
  return {
    processor: cpus()[0]?.model.trim() ?? '',
    cores: allowedCpus().length,
    memory: totalmem(),
    kernel: release(),
    node: process.versions.node,
    filesystem: (await run('stat', ['--file-system', '--format=%T', folder])).stdout.trim(),
    commit: await commit(),
  };
}

async function commit(): Promise<string> {
  try {
    const cwd = import.meta.dirname;
    const { stdout: hash } = await run('git', ['rev-parse', '--short', 'HEAD'], { cwd });
    const { stdout: changes } = await run('git', ['status', '--porcelain', '--', '../../src', '../../libs'], { cwd });
    return hash.trim() + (changes === '' ? '' : '+');
  } catch {
    return '';
  }
}
