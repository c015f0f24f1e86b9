import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { endsWithUs } from '../system/children.ts';
import { type CommandLine, type Placement, placed } from '../system/cpus.ts';

/** A client that runs as a process of its own, so that the benchmark and the load do not get into each other's way. */
export interface Client<Job, Result> {
  /** The file that runs it, in this folder. */
  readonly file: string;
  /** These keep the types together; there are no values. */
  readonly types?: { readonly job: Job; readonly result: Result };
}

/** A client that has made ready what it will send. */
export interface ReadyClient<Result> {
  /** Lets it begin, and resolves with what it has measured. */
  run(): Promise<Result>;
  /** Tells it to end what it does, where it would not end by itself. */
  stop(): void;
}

/** Starts a client and waits until it is ready. */
export async function readyClient<Job, Result>(
  client: Client<Job, Result>,
  job: Job,
  placement: Placement = 'anywhere',
): Promise<ReadyClient<Result>> {
  const node: CommandLine = [process.execPath, join(import.meta.dirname, client.file), JSON.stringify(job)];
  const [program, ...args] = placed(node, placement, 'load');
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  await once(child, 'spawn');
  endsWithUs(child);
  const ended = once(child, 'close');
  const printed = child.stdout === null ? '' : text(child.stdout);
  await Promise.race([once(child, 'message'), ended]);
  return {
    run: async () => {
      if (child.connected) child.send('begin');
      const [code] = await ended;
      if (code !== 0) throw new Error(`${client.file} ended with ${code}`);
      const result: Result = JSON.parse(await printed);
      return result;
    },
    stop: () => void child.kill('SIGTERM'),
  };
}

/** What the file of a client does: make ready, wait for the word, run, and print the result. */
export async function serveAsClient<Job, Result>(
  prepare: (job: Job) => Promise<() => Promise<Result>> | (() => Promise<Result>),
): Promise<void> {
  const run = await prepare(JSON.parse(process.argv[2] ?? ''));
  process.send?.('ready');
  await once(process, 'message');
  process.disconnect?.();
  process.stdout.write(JSON.stringify(await run()));
}
