import { LRUCache } from 'lru-cache';
import type { Principal } from '#libs/access';
import type { LimitsConfig } from '../config/index.js';
import { clientNetworkOf, tooManyRequests } from '../http/index.js';
import { FailureMeter } from './failure-meter.js';
import { Turns } from './turns.js';

/** An address may fail so many times as often as for a single name: many people may share it. */
const NAMES_OF_ADDRESS = 10;
/** Passwords that one address has verified at a time, so that it tries few more than it may before the first has failed. */
const AT_ONCE = 4;
/** Logins of one address that wait for it, and of all of them. */
const LONGEST_QUEUE = 250;
const MOST_WAITING = 2_000;
/** How long to wait while they do, in milliseconds. */
const QUEUE_WAIT = 5_000;
/** How long it is remembered that somebody has logged in from an address, in milliseconds. */
const LIFETIME = 24 * 3_600_000;
const MOST_LOGINS = 10_000;
/** In milliseconds. Time is read once in so long. */
const RESOLUTION = 1_000;

type Verify = () => Promise<Principal | null>;

/**
 * Makes it slow to guess passwords, and cheap to refuse who tries. Failures count for the address together with the name, so
 * that nobody is locked out by what others do elsewhere, and for the address alone, whatever names it tries: that delays
 * only those who have not logged in from there before.
 */
export class LoginThrottle {
  private readonly ofNames: FailureMeter;
  private readonly ofAddresses: FailureMeter;
  private readonly turns = new Turns(AT_ONCE, LONGEST_QUEUE, MOST_WAITING);
  private readonly known = new LRUCache<string, true>({ max: MOST_LOGINS, ttl: LIFETIME, ttlResolution: RESOLUTION });

  private constructor({ loginFailures, loginDelay }: LimitsConfig) {
    this.ofNames = new FailureMeter(loginFailures, loginDelay);
    this.ofAddresses = new FailureMeter(NAMES_OF_ADDRESS * loginFailures, loginDelay);
  }

  /** Null where nobody is held up. */
  static of(config: LimitsConfig): LoginThrottle | null {
    return config.loginFailures > 0 ? new LoginThrottle(config) : null;
  }

  /** Milliseconds until somebody may log in under a name from an address. */
  waitFor(address: string, user: string): number {
    const now = performance.now();
    const network = clientNetworkOf(address);
    const login = loginOf(network, user);
    const wait = this.ofNames.waitFor(login, now);
    return this.known.has(login) ? wait : Math.max(wait, this.ofAddresses.waitFor(network, now));
  }

  /** Throws `TOOMANYREQUESTS`, also where the password is right: an answer must not tell whether it is. */
  require(address: string, user: string): void {
    const wait = this.waitFor(address, user);
    if (wait > 0) throw tooManyRequests('too many failed logins; try again later', wait);
  }

  /** Verifies a password when it is its turn, and takes note if it is wrong. Rejects with `TOOMANYREQUESTS`. */
  async run(address: string, user: string, verify: Verify): Promise<Principal | null> {
    const network = clientNetworkOf(address);
    if (this.turns.isFull(network)) throw tooManyRequests('too many logins at a time; try again later', QUEUE_WAIT);
    return this.turns.run(network, async () => {
      // Others may have failed while this one waited.
      this.require(address, user);
      const principal = await verify();
      if (!principal) this.fail(network, user);
      return principal;
    });
  }

  /** Takes note of a password that was right, whoever verified it when. */
  succeed(address: string, user: string): void {
    const login = loginOf(clientNetworkOf(address), user);
    this.ofNames.forget(login);
    if (!this.known.has(login)) this.known.set(login, true);
  }

  private fail(network: string, user: string): void {
    const now = performance.now();
    this.ofNames.fail(loginOf(network, user), now);
    this.ofAddresses.fail(network, now);
  }
}

function loginOf(network: string, user: string): string {
  return `${network} ${user}`;
}
