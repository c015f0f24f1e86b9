import type { ObjectStore } from './object-store.js';

/** A part of the time to live after which the next sign of life is given. */
const BEAT_PART = 1 / 5;
/** A part of the time to live after which a holder no longer trusts that it holds the lock: requests take time. */
const TRUSTED_PART = 3 / 4;

/** What a lock object holds; the text is another one for each sign of life. */
export function leaseText(owner: string, beat: number): string {
  return JSON.stringify({ owner, beat });
}

export interface LeaseOptions {
  /** Of the object that is kept changing. */
  readonly key: string;
  /** Of the objects of those from whom the lock was taken over because they died, the first holder's first. */
  readonly dead: readonly string[];
  readonly owner: string;
  /** Milliseconds. */
  readonly timeToLive: number;
}

/** A lock that is held, as an object that changes all the time. */
export class Lease {
  private beat = 0;
  private timer: NodeJS.Timeout | null = null;
  private renewing: Promise<void> = Promise.resolve();

  constructor(
    private readonly store: ObjectStore,
    private readonly options: LeaseOptions,
    /** When the last sign of life was begun. */
    private since: Moment,
  ) {}

  /** Whether nobody can have taken over yet. */
  get isTrusted(): boolean {
    return elapsedSince(this.since) < this.options.timeToLive * TRUSTED_PART;
  }

  keepAlive(): void {
    this.timer = setTimeout(() => {
      this.renewing = this.renew();
    }, this.options.timeToLive * BEAT_PART);
    this.timer.unref();
  }

  /** Resolves when nothing of this lease is on its way, and the lock is free, unless others may hold it by now. */
  async release(): Promise<void> {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    await this.renewing;
    if (!this.isTrusted) return;
    const [first = '', ...others] = [...this.options.dead, this.options.key];
    // The first object goes first: as long as it does not change, whoever has taken over holds the lock.
    await this.store.delete([first]);
    if (others.length > 0) await this.store.delete(others);
  }

  private async renew(): Promise<void> {
    if (!this.isTrusted) return;
    const { key, owner } = this.options;
    const since = momentNow();
    try {
      await this.store.put(key, Buffer.from(leaseText(owner, ++this.beat)));
      this.since = since;
    } catch {
      // The next one may succeed, and if none does, others take over.
    }
    if (this.timer) this.keepAlive();
  }
}

/** A time by two clocks, in milliseconds. */
interface Moment {
  readonly monotonic: number;
  readonly wall: number;
}

export function momentNow(): Moment {
  return { monotonic: performance.now(), wall: Date.now() };
}

/** By the clock that went further: one stands still while a machine sleeps, and the other is set by people. */
export function elapsedSince({ monotonic, wall }: Moment): number {
  return Math.max(performance.now() - monotonic, Date.now() - wall);
}
