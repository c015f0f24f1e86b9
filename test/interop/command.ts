import { type ChildProcess, spawn } from 'node:child_process';
import { open } from 'node:fs/promises';

/** How one program is run. */
export interface CommandOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** A file that becomes standard input; without it, standard input is empty. */
  readonly stdin?: string;
  /** Milliseconds until the program is killed. */
  readonly timeout?: number;
}

/** What a program printed. */
export interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

const DEFAULT_TIMEOUT = 300_000;
const SHOWN_OUTPUT = 2_000;

const running = new Set<ChildProcess>();

/** Kills every program that `run` has started and that has not ended. */
export function killRunning(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** A program ended with a status other than 0, was killed, or could not be started. */
export class CommandError extends Error {
  constructor(command: string, args: readonly string[], outcome: string, output: Output) {
    const printed = `${output.stdout}\n${output.stderr}`.trim().slice(-SHOWN_OUTPUT);
    super(`${command} ${args.join(' ')}: ${outcome}\n${printed}`);
    this.name = 'CommandError';
  }
}

/**
 * Runs a program to its end and returns what it printed.
 *
 * @throws CommandError
 */
export async function run(command: string, args: readonly string[], options: CommandOptions = {}): Promise<Output> {
  const stdin = options.stdin === undefined ? undefined : await open(options.stdin);
  try {
    const child = spawn(command, args, {
      env: options.env,
      cwd: options.cwd,
      stdio: [stdin?.fd ?? 'ignore', 'pipe', 'pipe'],
      timeout: options.timeout ?? DEFAULT_TIMEOUT,
      killSignal: 'SIGKILL',
    });
    running.add(child);
    const output = collect(child);
    const outcome = await ending(child).finally(() => running.delete(child));
    if (outcome !== 'ended with 0') throw new CommandError(command, args, outcome, output());
    return output();
  } finally {
    await stdin?.close();
  }
}

function collect(child: ChildProcess): () => Output {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
  return () => ({ stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() });
}

function ending(child: ChildProcess): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  child.once('error', (error) => resolve(`cannot be started: ${error.message}`));
  child.once('close', (code, signal) => resolve(signal === null ? `ended with ${code}` : `killed by ${signal}`));
  return promise;
}
