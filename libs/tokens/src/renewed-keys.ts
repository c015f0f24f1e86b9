import type { TrustedKeys } from './trusted-keys.js';

export interface RenewalOptions {
  /** Milliseconds after which the keys are looked at again, while those that are known go on being used. */
  readonly maxAge: number;
  /** Milliseconds for which they are not looked at again, however many tokens name a key that is not known. */
  readonly cooldown: number;
  /** Milliseconds for which the keys are used while they cannot be looked at; for ever when not given. */
  readonly longest?: number;
  /** Gives null when nothing has changed since the last call. */
  load(): Promise<TrustedKeys | null>;
  /** Told when keys that are in use could not be looked at again. */
  onProblem(error: unknown): void;
}

/** Milliseconds for which a failure is the answer where no keys are known yet. */
const RETRY = 1000;

/** Keys that may change while they are used. */
export class RenewedKeys {
  private known: TrustedKeys | null = null;
  private triedAt = Number.NEGATIVE_INFINITY;
  private loadedAt = Number.NEGATIVE_INFINITY;
  private loading: Promise<void> | null = null;
  private failure: unknown = null;

  constructor(private readonly options: RenewalOptions) {}

  /**
   * The keys that are known. Looks at them again when they are old, without anybody waiting for it. Rejects with what `load` rejects with when
   * there are no keys yet, or they are too old.
   */
  async get(): Promise<TrustedKeys> {
    const isTooOld = Date.now() - this.loadedAt > (this.options.longest ?? Number.POSITIVE_INFINITY);
    if (this.known && !isTooOld) {
      if (Date.now() - this.triedAt > this.options.maxAge) this.load().catch(this.options.onProblem);
      return this.known;
    }
    if (this.failure && Date.now() - this.triedAt < RETRY) throw this.failure;
    await this.load();
    return this.known as TrustedKeys;
  }

  /** The keys as they are now, for who misses one; those that are known within the cooldown, or if that fails. */
  async renewed(): Promise<TrustedKeys> {
    if (this.loading || Date.now() - this.triedAt >= this.options.cooldown) {
      await this.load().catch((error) => {
        if (!this.known) throw error;
        this.options.onProblem(error);
      });
    }
    return this.get();
  }

  private load(): Promise<void> {
    this.loading ??= this.loadOnce().finally(() => {
      this.loading = null;
    });
    return this.loading;
  }

  private async loadOnce(): Promise<void> {
    this.triedAt = Date.now();
    const keys = await this.options.load().catch((error) => {
      this.failure = error;
      throw error;
    });
    this.failure = null;
    this.loadedAt = Date.now();
    this.known = keys ?? this.known;
  }
}
