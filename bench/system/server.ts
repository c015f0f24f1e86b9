import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { Connection } from '../load/connection.ts';
import { endsWithUs } from './children.ts';
import { type CommandLine, type Placement, placed } from './cpus.ts';
import { cpuSecondsByThread, cpuSecondsOf, residentBytesOf, residentPeakOf } from './process-tree.ts';

/** How a server is started. */
export interface Launch {
  readonly command: CommandLine;
  readonly env: Record<string, string>;
  readonly port: number;
}

/** What a piece of work gave and what it cost. */
export interface Measured<T> {
  readonly result: T;
  /** Seconds. */
  readonly duration: number;
  /** Seconds of CPU of the server with its threads and children. */
  readonly cpu: number;
}

/** A part of the life of a server. */
export interface Span {
  /** Microseconds of the clock that `process.hrtime` shows, which is also that of V8's profiles. */
  readonly begin: number;
  readonly end: number;
  /** Seconds of CPU by the name of the thread. */
  readonly cpuByThread: ReadonlyMap<string, number>;
}

/** The server ended by itself before it answered. */
export class ServerEndedError extends Error {
  override readonly name = 'ServerEndedError';
  readonly exitCode: number | null;
  readonly log: string;

  constructor(command: string, exitCode: number | null, log: string) {
    super(`${command} ended with ${exitCode}\n${log}`);
    this.exitCode = exitCode;
    this.log = log;
  }
}

const START_TIMEOUT = 60_000;
const STOP_TIMEOUT = 45_000;
const PAUSE_BETWEEN_TRIES = 2;
const SHOWN_LOG = 2_000;

export class RunningServer {
  readonly url: string;
  /** Milliseconds from the start of the process to its first answer. */
  readonly startDuration: number;
  /** Every `measure` so far. */
  readonly spans: Span[] = [];
  readonly #child: ChildProcess;
  readonly #pid: number;

  constructor(child: ChildProcess, url: string, startDuration: number) {
    this.url = url;
    this.startDuration = startDuration;
    this.#child = child;
    this.#pid = pidOf(child);
  }

  async measure<T>(work: () => Promise<T>): Promise<Measured<T>> {
    const threadsBefore = cpuSecondsByThread(this.#pid);
    const cpuBefore = cpuSecondsOf(this.#pid);
    const begin = microseconds();
    const result = await work();
    const end = microseconds();
    const cpu = cpuSecondsOf(this.#pid) - cpuBefore;
    this.spans.push({ begin, end, cpuByThread: difference(cpuSecondsByThread(this.#pid), threadsBefore) });
    return { result, duration: (end - begin) / 1e6, cpu };
  }

  /** Bytes of memory now. */
  resident(): number {
    return residentBytesOf(this.#pid);
  }

  /** Bytes of memory at most since the start. */
  residentPeak(): number {
    return residentPeakOf(this.#pid);
  }

  /** Sends SIGTERM and waits for the end. */
  async stop(): Promise<void> {
    if (hasEnded(this.#child)) return;
    const ended = new Promise((resolve) => this.#child.once('close', resolve));
    this.#child.kill('SIGTERM');
    const timer = globalThis.setTimeout(() => this.#child.kill('SIGKILL'), STOP_TIMEOUT);
    await ended;
    clearTimeout(timer);
  }
}

/**
 * Starts a server, which writes its log to the file `log`, and waits until it answers `path` in whatever way.
 *
 * @throws ServerEndedError
 */
export async function startServer(
  launch: Launch,
  placement: Placement,
  log: string,
  path: string,
): Promise<RunningServer> {
  const [program, ...args] = placed(launch.command, placement, 'server');
  const output = openSync(log, 'a');
  const begin = performance.now();
  const child = spawn(program, args, { env: launch.env, stdio: ['ignore', output, output] });
  closeSync(output);
  await once(child, 'spawn');
  endsWithUs(child);
  const url = `http://127.0.0.1:${launch.port}`;
  while (!(await answers(url, path))) {
    const isLate = performance.now() - begin > START_TIMEOUT;
    if (isLate) child.kill('SIGKILL');
    if (isLate || hasEnded(child)) {
      throw new ServerEndedError(launch.command.join(' '), child.exitCode, readFileSync(log, 'utf8').slice(-SHOWN_LOG));
    }
    await setTimeout(PAUSE_BETWEEN_TRIES);
  }
  return new RunningServer(child, url, performance.now() - begin);
}

async function answers(url: string, path: string): Promise<boolean> {
  const connection = new Connection(url);
  try {
    await connection.request('GET', path);
    return true;
  } catch {
    return false;
  } finally {
    connection.close();
  }
}

function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error('the server cannot be started');
  return pid;
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

function microseconds(): number {
  return Number(process.hrtime.bigint() / 1000n);
}

function difference(after: ReadonlyMap<string, number>, before: ReadonlyMap<string, number>): Map<string, number> {
  return new Map([...after].map(([name, seconds]) => [name, seconds - (before.get(name) ?? 0)]));
}
