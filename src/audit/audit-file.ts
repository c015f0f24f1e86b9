import { once } from 'node:events';
import { type Stats, unwatchFile, watchFile } from 'node:fs';
import { destination } from 'pino';

/** How often is looked whether the file was moved away, in milliseconds. */
const INTERVAL = 2_000;
/** Its owner writes, and its group reads. */
const MODE = 0o640;

type Destination = ReturnType<typeof destination>;

/**
 * A file that lines are appended to in the background. Several processes may append to one. Whoever rotates logs moves it
 * away: within seconds a new one is begun, and nothing is lost in between.
 */
export class AuditFile {
  private readonly look: (now: Stats, before: Stats) => void;

  private constructor(
    private readonly path: string,
    private readonly stream: Destination,
    onError: (error: unknown) => void,
    interval: number,
  ) {
    stream.on('error', onError);
    this.look = (now, before) => {
      if (now.ino !== before.ino) stream.reopen();
    };
    watchFile(path, { interval, persistent: false }, this.look);
  }

  /** Throws when the file cannot be opened; `onError` is told of later failures. */
  static async open(path: string, onError: (error: unknown) => void, interval = INTERVAL): Promise<AuditFile> {
    const stream = destination({ dest: path, append: true, sync: false, mode: MODE });
    await once(stream, 'ready');
    return new AuditFile(path, stream, onError, interval);
  }

  append(line: string): void {
    this.stream.write(`${line}\n`);
  }

  /** Writes out what is left. */
  async close(): Promise<void> {
    unwatchFile(this.path, this.look);
    const closed = once(this.stream, 'close');
    this.stream.end();
    await closed;
  }
}
