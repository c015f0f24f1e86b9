import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

const PROJECT = join(import.meta.dirname, '../..');

export interface LogLine {
  readonly level?: string;
  readonly msg?: string;
  readonly url?: string;
  readonly pid?: number;
}

/** Runs the sources, as they are now. */
const SOURCES = [
  '--conditions=source',
  '--import',
  join(PROJECT, 'test/fixtures/typescript.mjs'),
  join(PROJECT, 'src/main.ts'),
];

/** The server as a process of its own. */
export class SourceServer {
  readonly #child: ChildProcess;
  /** What it logged. */
  readonly log: LogLine[] = [];
  /** What it wrote to stderr. */
  errors = '';
  /** The code that it exits with, null when a signal ends it. */
  readonly exit: Promise<number | null>;
  #logged = Promise.withResolvers<void>();

  /** Starts it with these settings and no others; `args` are those of Node. */
  constructor(settings: Record<string, string>, args: readonly string[] = SOURCES) {
    const inherited = Object.entries(process.env).filter(([name]) => !/^(STOWAGE|NODE)_/.test(name));
    this.#child = spawn(process.execPath, args, {
      env: { ...Object.fromEntries(inherited), STOWAGE_HTTP_PORT: '0', STOWAGE_LOG_FORMAT: 'json', ...settings },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stderr?.on('data', (chunk) => {
      this.errors += chunk;
    });
    createInterface({ input: this.#child.stdout as Readable }).on('line', (line) => {
      this.log.push(JSON.parse(line));
      this.#tell();
    });
    this.exit = once(this.#child, 'close').then(([code]) => {
      this.#tell();
      return code;
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Resolves with its address as soon as it listens. */
  async listening(): Promise<string> {
    return (await this.logged('listening')).url ?? '';
  }

  /** Resolves with the last of so many lines of that message. Throws where the process ends before it logs them. */
  async logged(message: string, times = 1): Promise<LogLine> {
    for (;;) {
      const line = this.log.filter(({ msg }) => msg === message)[times - 1];
      if (line) return line;
      if (this.#child.exitCode !== null) throw new Error(`it ended without "${message}": ${this.errors}`);
      await this.#logged.promise;
    }
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.exit;
  }

  #tell(): void {
    this.#logged.resolve();
    this.#logged = Promise.withResolvers();
  }
}
