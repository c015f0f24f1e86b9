import { open, stat } from 'node:fs/promises';

/** How often a file is looked at, in milliseconds, and how long after a change a second one may have the same time. */
const INTERVAL = 1_000;

interface Content {
  readonly text: string;
  /** Another content has another one. */
  readonly version: string;
}

type Read<T> = (text: string, file: string) => T | Promise<T>;

/** What a file says, which is read again when the file was changed or replaced. */
export class WatchedFile<T> {
  private checkedAt = performance.now();
  private checking: Promise<void> | null = null;
  /** What was told last. */
  private failure = '';

  private constructor(
    private readonly path: string,
    private readonly read: Read<T>,
    private readonly onProblem: (problem: Error) => void,
    private value: T,
    private seen: Content,
  ) {}

  /** Rejects with what `read` rejects with, or because the file is not there. */
  static async open<T>(path: string, read: Read<T>, onProblem: (problem: Error) => void): Promise<WatchedFile<T>> {
    const content = await readFile(path);
    return new WatchedFile(path, read, onProblem, await read(content.text, path), content);
  }

  /** What the file says, at most a second ago. A file that cannot be read is told once; what the last good one said stays. */
  async current(): Promise<T> {
    if (this.checking || performance.now() - this.checkedAt >= INTERVAL) await this.check();
    return this.value;
  }

  private check(): Promise<void> {
    this.checking ??= this.update().finally(() => {
      this.checkedAt = performance.now();
      this.checking = null;
    });
    return this.checking;
  }

  private async update(): Promise<void> {
    try {
      if ((await versionOf(this.path)) === this.seen.version) return;
      const { seen } = this;
      // Before it is read, so that a wrong file is told once.
      this.seen = await readFile(this.path);
      if (this.seen.text !== seen.text) this.value = await this.read(this.seen.text, this.path);
      this.failure = '';
    } catch (error) {
      // A file that is not there is so every second.
      const { message } = error as Error;
      if (message !== this.failure) this.onProblem(error as Error);
      this.failure = message;
    }
  }
}

async function versionOf(path: string): Promise<string> {
  const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
  return `${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}`;
}

async function readFile(path: string): Promise<Content> {
  const version = await versionOf(path);
  const file = await open(path);
  try {
    const { ctimeMs } = await file.stat();
    const text = await file.readFile('utf8');
    // Written a moment ago: who writes goes on perhaps, within what the clock of the file system can tell apart.
    const isSettled = Date.now() - ctimeMs > INTERVAL;
    return { text, version: isSettled ? version : 'changing' };
  } finally {
    await file.close();
  }
}
