import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { freshTestStore, namesStorage } from './test-store.ts';

/** A built server that runs as a process of its own. */
export interface ServerProcess {
  /** Base address without a trailing slash, for instance `http://127.0.0.1:43210`. */
  readonly url: string;
  readonly pid: number;
  /** Every line of stdout and stderr so far. */
  readonly log: string[];
  /** Sends SIGTERM and waits for the end; throws when the process has to be killed. */
  stop(): Promise<void>;
  /** Sends SIGKILL and waits for the end. */
  kill(): Promise<void>;
}

const MAIN = join(import.meta.dirname, '../../dist/server/main.js');
const START_TIMEOUT = 30_000;
/** Longer than a server lets running requests finish. */
const STOP_TIMEOUT = 45_000;

/**
 * Starts the built server on a free port and waits until it listens. Content is kept where `env` says, or else in a new
 * root of the store under test, or in memory. Settings of the caller's own environment and of `.env` do not reach the server.
 *
 * @throws Error with the captured output when the process ends, or does not listen within 30 seconds
 */
export async function startServer(env: Record<string, string> = {}): Promise<ServerProcess> {
  const child = spawn(process.execPath, [MAIN], { env: serverEnvironment(env), stdio: ['ignore', 'pipe', 'pipe'] });
  const log: string[] = [];
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  endWithParent(child);
  try {
    const url = await listeningUrl(child, log);
    return {
      url,
      pid: child.pid ?? 0,
      log,
      stop: () => stop(child, ended),
      kill: async () => {
        child.kill('SIGKILL');
        await ended;
      },
    };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

function serverEnvironment(env: Record<string, string>): Record<string, string | undefined> {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('STOWAGE_'));
  return {
    ...Object.fromEntries(inherited),
    STOWAGE_HTTP_PORT: '0',
    STOWAGE_LOG_FORMAT: 'json',
    ...(namesStorage(env) ? {} : (freshTestStore() ?? { STOWAGE_STORAGE_DRIVER: 'inmemory' })),
    ...env,
  };
}

function listeningUrl(child: ChildProcess, log: string[]): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const fail = (reason: string): void => reject(new Error(`the server ${reason}\n${log.join('\n')}`));
  const timer = setTimeout(() => fail('does not listen'), START_TIMEOUT);
  eachLine(child.stderr, (line) => log.push(line));
  eachLine(child.stdout, (line) => {
    log.push(line);
    const url = urlOfListening(line);
    if (url !== undefined) resolve(url);
  });
  child.once('error', (error) => fail(`cannot be started: ${error.message}`));
  child.once('close', (code, signal) => fail(`ended with ${signal ?? code} before it listened`));
  return promise.finally(() => clearTimeout(timer));
}

function eachLine(stream: Readable | null, use: (line: string) => void): void {
  if (stream !== null) createInterface({ input: stream }).on('line', use);
}

function urlOfListening(line: string): string | undefined {
  if (!line.startsWith('{') || !line.includes('"listening"')) return undefined;
  const entry: { msg?: string; url?: string } = JSON.parse(line);
  return entry.msg === 'listening' ? entry.url : undefined;
}

async function stop(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT);
  await ended;
  clearTimeout(timer);
  if (child.signalCode === 'SIGKILL') throw new Error(`the server did not stop within ${STOP_TIMEOUT} ms of SIGTERM`);
}

/** A signal that ends the parent must first pass through `exit`, or the server would outlive it. */
function endWithParent(child: ChildProcess): void {
  const killChild = (): void => {
    child.kill('SIGKILL');
  };
  process.once('exit', killChild);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    if (process.listenerCount(signal) === 0) process.once(signal, () => process.exit(1));
  }
  child.once('close', () => process.off('exit', killChild));
}
