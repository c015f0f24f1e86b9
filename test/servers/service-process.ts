import { type ChildProcess, spawn } from 'node:child_process';
import { access, mkdir, rename, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';

/** Where the services are that tests have installed. */
export const SERVICES = join(import.meta.dirname, '../../node_modules/.cache/stowage-servers');

const INSTALL_TIMEOUT = 900_000;
const START_TIMEOUT = 30_000;
/** How much of what a program printed is shown when it fails. */
const SHOWN_OUTPUT = 2_000;

/** A service that runs as a process of its own. */
export interface ServiceProcess {
  /** What it has printed so far. */
  output(): string;
  stop(): Promise<void>;
}

/**
 * Makes the folder at `path`, below `SERVICES`, if it is not there: `install` fills a folder of its own, which then gets
 * this name, so that whoever finds it finds it complete.
 */
export async function installed(path: string, install: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(SERVICES, path);
  if (await exists(folder)) return folder;
  const unfinished = `${folder}.${process.pid}`;
  await mkdir(unfinished, { recursive: true });
  try {
    await install(unfinished);
    await mkdir(dirname(folder), { recursive: true });
    await rename(unfinished, folder);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    // Somebody else may have been faster.
    if (!(await exists(folder))) throw error;
  }
  return folder;
}

/** Runs a program to its end. */
export async function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<void> {
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: INSTALL_TIMEOUT,
  });
  const { output, ended } = watch(child);
  const outcome = await ended;
  if (outcome !== 'ended with 0') throw new Error(`${command} ${args.join(' ')}: ${outcome}\n${output()}`);
}

/** Starts a service, and waits until `isReady`. It ends with this process at the latest. */
export async function startService(
  command: string,
  args: readonly string[],
  isReady: (output: string) => Promise<boolean>,
): Promise<ServiceProcess> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const { output, ended } = watch(child);
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const stop = async () => {
    process.off('exit', kill);
    child.kill('SIGTERM');
    const timer = setTimeout(kill, START_TIMEOUT);
    await ended;
    clearTimeout(timer);
  };
  const deadline = Date.now() + START_TIMEOUT;
  while (!(await isReady(output()))) {
    const outcome = await Promise.race([ended, new Promise<null>((resolve) => setTimeout(resolve, 50, null))]);
    if (outcome === null && Date.now() < deadline) continue;
    await stop();
    throw new Error(`${command} does not start: ${outcome ?? 'no answer'}\n${output()}`);
  }
  return { output, stop };
}

/** A port of the loopback address that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return address.port;
}

function watch(child: ChildProcess): { output: () => string; ended: Promise<string> } {
  let printed = '';
  const collect = (chunk: Buffer) => {
    printed = `${printed}${chunk}`.slice(-SHOWN_OUTPUT);
  };
  child.stdout?.on('data', collect);
  child.stderr?.on('data', collect);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`cannot be started: ${error.message}`));
    child.once('close', (code, signal) => resolve(signal === null ? `ended with ${code}` : `killed by ${signal}`));
  });
  return { output: () => printed, ended };
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
