import { createHash, randomUUID } from 'node:crypto';
import {
  boundedCache,
  DEFAULT_WAIT,
  KeyedQueue,
  LockManager,
  type LockOptions,
  LockTimeoutError,
  pathOf,
} from '#libs/storage';
import { bytesOf } from './content.js';
import type { Keys } from './keys.js';
import { Lease, leaseText, momentNow } from './lease.js';
import type { ObjectStore } from './object-store.js';

/** After so many milliseconds without a sign of life a holder counts as dead. All processes on a store have to agree. */
const TIME_TO_LIVE = 15_000;

/** Between two looks at a lock that somebody else holds, in milliseconds: from the first to the last. */
const FIRST_PAUSE = 20;
const LAST_PAUSE = 1000;

/** Locks of which it is remembered since when they have not changed. */
const OBSERVATIONS = 10_000;

interface Observation {
  readonly text: string;
  /** Milliseconds of the monotonic clock of this process. */
  readonly since: number;
}

/** Where the object has to be put that gives the lock. */
interface Place {
  readonly key: string;
  /** The objects of holders that died, the first one's first, each as it was left. */
  readonly dead: readonly { readonly key: string; readonly text: string }[];
}

/**
 * Locks among all processes on a store, by objects that are put where there are none. In each process only the first
 * who waits for a key tries for the object.
 *
 * The object tells its holder and how often it gave a sign of life; it is put again every few seconds. Whoever waits
 * takes over when it has seen the same text for the time to live by its own clock: no clocks are compared. It does so
 * by putting another object where there is none, whose name follows from that text, so that only one of several
 * succeeds and nothing is written that belongs to the first holder. From then on it holds the lock as long as the first
 * object is as it was, which it makes sure of before it begins: a holder deletes the first object first. From one that
 * took over and died, the next one takes over in the same way.
 *
 * A holder that could not give a sign of life for most of that time, by its own clocks, no longer trusts that it holds
 * the lock: it neither renews nor deletes anything, and the lock is free when the time is over.
 *
 * What remains, as with every lock that expires: a process that stands still for longer than the time to live goes on
 * with its work when it wakes up, while another one has the lock; `exclusively` cannot stop it. A request of it that
 * was on its way all that time may put or delete an object that is another holder's by now; so may a delete that is
 * sent again because its answer was lost. The other's next sign of life puts its object back; in between, a third one
 * may get in. So what is done under a lock is done in steps that leave the storage whole at any time: see "Order of
 * writes" in docs/architecture.md.
 *
 * One put and one delete where nobody else holds the lock, and a get for each look where somebody does. The result of
 * the work does not wait for the delete, the next one in this process does.
 */
export class ObjectLockManager extends LockManager {
  private readonly queue = new KeyedQueue();
  private readonly observations = boundedCache<Observation>({ entries: OBSERVATIONS });

  constructor(
    private readonly store: ObjectStore,
    private readonly keys: Keys,
    /** Milliseconds. */
    private readonly timeToLive = TIME_TO_LIVE,
  ) {
    super();
  }

  /** Whether the locks exclude other processes too. */
  get acrossProcesses(): boolean {
    return this.store.traits.putsIfAbsent;
  }

  exclusively<T>(key: string, work: () => Promise<T>, { wait = DEFAULT_WAIT }: LockOptions = {}): Promise<T> {
    const deadline = performance.now() + wait;
    if (!this.acrossProcesses) return this.queue.run(key, wait, work);
    return new Promise((resolve, reject) => {
      const hold = async () => {
        const lease = await this.acquire(this.keyOf(key), deadline);
        if (!lease) throw new LockTimeoutError(key, wait);
        lease.keepAlive();
        try {
          resolve(await work());
        } catch (error) {
          reject(error);
        }
        await lease.release();
      };
      // What fails when the work is over concerns nobody: the lock expires.
      this.queue.run(key, wait, hold).catch(reject);
    });
  }

  /** Null where somebody else holds the lock at the deadline. */
  private async acquire(first: string, deadline: number): Promise<Lease | null> {
    let place: Place = { key: first, dead: [] };
    for (let wasGone = false; ; ) {
      const lease = await this.claim(place);
      if (lease) return lease;
      const found = await this.watch(place.key, deadline);
      if (found === 'held') return null;
      // A service may be wrong about an object: refuse to put it, and not have it either.
      if (wasGone && performance.now() >= deadline) return null;
      if (wasGone) await sleep(FIRST_PAUSE);
      wasGone = found === 'gone';
      place = found === 'gone' ? { key: first, dead: [] } : placeBehind(place, first, found.dead);
    }
  }

  /** Null where somebody else has the object, or the lock has become free since whoever held it was found dead. */
  private async claim({ key, dead }: Place): Promise<Lease | null> {
    const [owner, since] = [randomUUID(), momentNow()];
    const text = leaseText(owner, 0);
    const isPut = await this.store.put(key, Buffer.from(text), { ifAbsent: true });
    // Where it was put by an attempt whose answer was lost, it is there, too.
    if (!isPut && (await this.read(key)) !== text) return null;
    const [first] = dead;
    if (first && (await this.read(first.key)) !== first.text) {
      await this.store.delete([key]);
      return null;
    }
    const { timeToLive } = this;
    const lease = new Lease(this.store, { key, dead: dead.map((object) => object.key), owner, timeToLive }, since);
    // What took so long may count as dead by now, and is free when its time is over.
    return lease.isTrusted ? lease : null;
  }

  /** Looks at an object until it is gone, or has not changed for the time to live, or the deadline is over. */
  private async watch(key: string, deadline: number): Promise<'gone' | 'held' | { readonly dead: string }> {
    for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 1.5, LAST_PAUSE)) {
      const looked = performance.now();
      const text = await this.read(key);
      if (text === null) return 'gone';
      const known = this.observations.get(key);
      if (known?.text !== text) this.observations.set(key, { text, since: performance.now() });
      else if (looked - known.since >= this.timeToLive) return { dead: text };
      const left = deadline - performance.now();
      if (left <= 0) return 'held';
      await sleep(Math.min(pause * (0.5 + Math.random()), left));
    }
  }

  private async read(key: string): Promise<string | null> {
    const found = await this.store.get(key);
    return found && (await bytesOf(found.content)).toString();
  }

  private keyOf(key: string): string {
    return this.keys.of(`${pathOf.locks()}/${digestOf(key)}`);
  }
}

/** Where whoever takes over from the holder at a place puts its object, if the last sign of life of that was `text`. */
function placeBehind({ key, dead }: Place, first: string, text: string): Place {
  return { key: `${first}.${digestOf(text)}`, dead: [...dead, { key, text }] };
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
