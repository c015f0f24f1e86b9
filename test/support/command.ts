import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const PROJECT = join(import.meta.dirname, '../..');

/** The `stowage` command as a process of its own that runs the sources, as they are now. */
export class CommandProcess {
  readonly #child: ChildProcess;
  stdout = '';
  stderr = '';
  /** The code that it exits with, null when a signal ends it. */
  readonly exit: Promise<number | null>;

  constructor(...args: string[]) {
    const inherited = Object.entries(process.env).filter(([name]) => !/^(STOWAGE|NODE)_/.test(name));
    const loader = join(PROJECT, 'test/fixtures/typescript.mjs');
    const command = ['--conditions=source', '--import', loader, join(PROJECT, 'src/cli/main.ts')];
    this.#child = spawn(process.execPath, [...command, ...args], {
      env: Object.fromEntries(inherited),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stdout?.on('data', (chunk) => {
      this.stdout += chunk;
    });
    this.#child.stderr?.on('data', (chunk) => {
      this.stderr += chunk;
    });
    this.exit = once(this.#child, 'close').then(([code]) => code);
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.exit;
  }
}
