import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const START_TIMEOUT = 60_000;
const STOP_TIMEOUT = 30_000;
const SHOWN_LOG = 4_000;

/** A Docker daemon without network and iptables that keeps everything in one folder. */
export class DockerDaemon {
  /** What `DOCKER_HOST` has to be. */
  readonly socket: string;
  readonly #folder: string;
  readonly #process: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #log: Buffer[] = [];

  constructor(folder: string, env: NodeJS.ProcessEnv) {
    this.#folder = folder;
    this.socket = `unix://${join(folder, 'socket')}`;
    const network = ['--iptables=false', '--ip6tables=false', '--bridge=none', `--host=${this.socket}`];
    const folders = [`--data-root=${join(folder, 'data')}`, `--exec-root=${join(folder, 'exec')}`];
    const files = [...folders, `--pidfile=${join(folder, 'pid')}`, '--storage-driver=vfs'];
    this.#process = spawn('dockerd', [...network, ...files], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#ended = new Promise((resolve) => {
      this.#process.once('close', resolve);
      this.#process.once('error', (error) => {
        this.#log.push(Buffer.from(error.message));
        resolve(error);
      });
    });
    this.#process.stdout?.on('data', (chunk: Buffer) => this.#log.push(chunk));
    this.#process.stderr?.on('data', (chunk: Buffer) => this.#log.push(chunk));
  }

  /**
   * @param ask asks the daemon something and throws while there is no answer
   * @throws Error with the end of the log when there is none within a minute
   */
  async untilReady(ask: () => Promise<void>): Promise<void> {
    const end = Date.now() + START_TIMEOUT;
    while (this.#isRunning && Date.now() < end) {
      const answers = await ask().then(
        () => true,
        () => false,
      );
      if (answers) return;
      await delay(200);
    }
    throw new Error(`dockerd does not answer\n${Buffer.concat(this.#log).toString().slice(-SHOWN_LOG)}`);
  }

  /** The daemon ends its containerd; where it has to be killed, we do. */
  async stop(): Promise<void> {
    if (!this.#isRunning) return;
    this.#process.kill('SIGTERM');
    const timer = setTimeout(() => void this.#kill(), STOP_TIMEOUT);
    await this.#ended;
    clearTimeout(timer);
  }

  get #isRunning(): boolean {
    const { pid, exitCode, signalCode } = this.#process;
    return pid !== undefined && exitCode === null && signalCode === null;
  }

  async #kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    const pidFile = join(this.#folder, 'exec/containerd/containerd.pid');
    const pid = Number(await readFile(pidFile, 'utf8').catch(() => ''));
    if (pid > 0) process.kill(pid, 'SIGKILL');
  }
}
