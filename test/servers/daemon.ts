import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { setTimeout } from 'node:timers/promises';

const START_TIMEOUT = 60_000;
const STOP_TIMEOUT = 5_000;
const SHOWN_OUTPUT = 2_000;

/** A service that runs as a process of its own. */
export interface Daemon {
  /** Sends SIGTERM, after a while SIGKILL, and waits for the end. */
  stop(): Promise<void>;
}

export interface DaemonOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/**
 * Starts a program and waits until `isReady` holds, which may throw as long as it does not.
 *
 * @throws Error with what it printed when it ends before, or takes longer than a minute
 */
export async function startDaemon(
  command: string,
  args: readonly string[],
  isReady: () => Promise<boolean>,
  { env = {}, cwd }: DaemonOptions = {},
): Promise<Daemon> {
  const child = spawn(command, args, { env: { ...process.env, ...env }, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const keep = (chunk: Buffer) => {
    output = (output + chunk).slice(-SHOWN_OUTPUT);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(`ended with ${signal ?? code}`));
  });
  const killWithParent = () => child.kill('SIGKILL');
  process.once('exit', killWithParent);
  const stop = async () => {
    await terminate(child, ended);
    process.off('exit', killWithParent);
  };
  const outcome = await Promise.race([ended, until(isReady, START_TIMEOUT)]);
  if (outcome === 'ready') return { stop };
  await stop();
  throw new Error(`${command}: ${outcome}\n${output.trim()}`);
}

async function until(holds: () => Promise<boolean>, timeout: number): Promise<'ready' | 'not ready in time'> {
  const deadline = Date.now() + timeout;
  while (Date.now() < deadline) {
    if (await holds().catch(() => false)) return 'ready';
    await setTimeout(100);
  }
  return 'not ready in time';
}

/** Whether an HTTP server answers anything at all. */
export async function answers(url: string): Promise<boolean> {
  await (await fetch(url, { signal: AbortSignal.timeout(5_000) })).text();
  return true;
}

/** Ports of the loopback address that nobody uses. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports: number[] = [];
  for (const server of servers) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address && typeof address === 'object') ports.push(address.port);
  }
  for (const server of servers) await new Promise((resolve) => server.close(resolve));
  return ports;
}

async function terminate(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  child.kill('SIGTERM');
  const timer = globalThis.setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT);
  await ended;
  clearTimeout(timer);
}
