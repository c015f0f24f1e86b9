import { contentIfPresent, type LockManager, pathOf, type StorageDriver } from '#libs/storage';
import {
  type KeySchedule,
  makeSigningKey,
  parseSigningKeys,
  planKeys,
  printSigningKeys,
  publishedKeysAt,
  type SigningKey,
  type SigningKeys,
  signingKeyAt,
} from '#libs/tokens';

/** Milliseconds after which the storage is looked at again: another server may have made a key. */
const MAX_AGE = 60_000;
/** Milliseconds after a token that names a key which is not known, for which others like it are no reason to look. */
const COOLDOWN = 1_000;

/**
 * The signing keys in the storage, which all servers on it share: whoever comes first makes the first one, and the next
 * one when it is time.
 */
export class StoredSigningKeys implements SigningKeys {
  private keys: readonly SigningKey[] = [];
  private lookedAt = Number.NEGATIVE_INFINITY;
  private missedAt = Number.NEGATIVE_INFINITY;
  private looking: Promise<void> | null = null;

  constructor(
    private readonly storage: StorageDriver,
    private readonly locks: LockManager,
    private readonly schedule: KeySchedule,
  ) {}

  async signing(): Promise<SigningKey> {
    await this.lookAgain(MAX_AGE);
    // There is always one after a look.
    return signingKeyAt(this.keys, Date.now()) as SigningKey;
  }

  async find(id: string): Promise<SigningKey | undefined> {
    const known = this.publishedNow().find((key) => key.id === id);
    // One that somebody has removed is gone for all servers within the greatest age.
    if (known) await this.lookAgain(MAX_AGE);
    else await this.lookForMissing();
    return this.publishedNow().find((key) => key.id === id);
  }

  async published(): Promise<SigningKey[]> {
    await this.lookAgain(MAX_AGE);
    return this.publishedNow();
  }

  private publishedNow(): SigningKey[] {
    return publishedKeysAt(this.keys, Date.now(), this.schedule.afterglow);
  }

  private async lookAgain(maxAge: number): Promise<void> {
    if (this.looking || Date.now() - this.lookedAt > maxAge) await this.look();
  }

  private async lookForMissing(): Promise<void> {
    const now = Date.now();
    if (now - this.missedAt < COOLDOWN) return this.looking ?? undefined;
    this.missedAt = now;
    await this.look();
  }

  private look(): Promise<void> {
    this.looking ??= this.lookOnce().finally(() => {
      this.looking = null;
    });
    return this.looking;
  }

  private async lookOnce(): Promise<void> {
    const stored = await this.read();
    this.keys = this.isUpToDate(stored) ? stored : await this.locks.exclusively('auth/keys', () => this.update());
    this.lookedAt = Date.now();
  }

  private isUpToDate(keys: readonly SigningKey[]): boolean {
    const { keep, next } = planKeys(keys, Date.now(), this.schedule);
    return next === null && keep.length === keys.length;
  }

  /** Makes the key that is due, and drops those that are over; another server may just have done it. */
  private async update(): Promise<readonly SigningKey[]> {
    const stored = await this.read();
    if (this.isUpToDate(stored)) return stored;
    const { keep, next } = planKeys(stored, Date.now(), this.schedule);
    const keys = next === null ? keep : [...keep, await makeSigningKey(next)];
    await this.storage.putContent(pathOf.signingKeys(), printSigningKeys(keys));
    return keys;
  }

  private async read(): Promise<SigningKey[]> {
    const content = await contentIfPresent(this.storage, pathOf.signingKeys());
    return content ? parseSigningKeys(content) : [];
  }
}
