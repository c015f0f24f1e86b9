import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestServer } from '../servers/test-server.ts';
import { SUITES, type SuiteName, type SuiteSize } from './suites.ts';

export interface SuiteResult {
  readonly server: string;
  readonly suite: string;
  readonly passed: boolean;
  /** As the suite counts them, or what went wrong. */
  readonly figures: string;
  readonly seconds: number;
}

const RESULTS = join(import.meta.dirname, 'results');
const SHOWN_LINES = 60;

let running: ChildProcess | null = null;

/** Ends the suite that runs, if one does. */
export function stopSuite(): void {
  running?.kill('SIGTERM');
}

/** Runs a suite, which writes what it prints to a file of its own below `results`; the end of it is shown when it fails. */
export async function runSuite(server: TestServer, name: SuiteName, size: SuiteSize): Promise<SuiteResult> {
  const suite = SUITES[name];
  const begin = performance.now();
  const log = join(RESULTS, `${server.name}-${name}.log`);
  await mkdir(RESULTS, { recursive: true });
  const file = await open(log, 'w');
  let code: number | null = null;
  try {
    running = spawn(process.execPath, suite.args(size, server), {
      env: { ...process.env, NO_COLOR: '1', STOWAGE_TEST_STORE: JSON.stringify(server.settings) },
      stdio: ['ignore', file.fd, file.fd],
    });
    [code] = await once(running, 'close');
  } finally {
    running = null;
    await file.close();
  }
  const seconds = (performance.now() - begin) / 1000;
  const output = await readFile(log, 'utf8');
  const match = suite.figures.exec(output);
  const passed = code === 0 && match !== null;
  const figures = match?.[1] ?? match?.[0] ?? `ended with ${code}`;
  console.log(`${passed ? 'ok  ' : 'FAIL'} ${server.name} ${name}: ${figures}, ${seconds.toFixed(1)} s`);
  if (!passed) console.log(`${tailOf(output)}\n  all of it is in ${log}`);
  return { server: server.name, suite: name, passed, figures, seconds };
}

function tailOf(output: string): string {
  const lines = output.trimEnd().split('\n').slice(-SHOWN_LINES);
  return lines.map((line) => `  ${line}`).join('\n');
}
