import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

const FIXTURES = join(import.meta.dirname, 'fixtures');

export type Child = ChildProcessByStdio<Writable, Readable, null>;

/** Starts a program of `fixtures` in a process of its own. */
export function startFixture(name: string, ...args: readonly (string | number)[]): Child {
  const loader = ['--conditions=source', '--import', join(FIXTURES, 'typescript.mjs')];
  return spawn(process.execPath, [...loader, join(FIXTURES, name), ...args.map(String)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
}

/** Resolves with the code that the child exits with, null when a signal ended it. */
export async function exitOf(child: Child): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode;
}
