import { createHash, randomBytes } from 'node:crypto';
import { objectIn } from '#libs/oci';
import { contentIfPresent, deleteIfPresent, listIfPresent, type StorageDriver, walkIfPresent } from '#libs/storage';

const DAY = 86_400_000;
/** Bytes. */
const SECRET_SIZE = 32;

export interface SecretKind {
  /** What the secrets begin with, so that scanners for secrets can find them. */
  readonly prefix: string;
  /** Where they are kept: a folder for each day, in it a file for each secret that ends on that day. */
  readonly folder: string;
}

export interface IssuedSecret {
  /** It is to be had only when it is made. */
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

export interface FoundSecret<T> {
  readonly value: T;
  readonly expiresAt: number;
  /** SHA-256 of the secret in hexadecimal, which says nothing of it. */
  readonly hash: string;
}

interface StoredSecret<T> {
  readonly value: T;
  readonly createdAt: string;
  readonly expiresAt: string;
}

/**
 * Secrets that stand for something until they expire or are revoked, in the storage, which all servers on it share. Only
 * their hashes are stored, which need no salt and no slow function: nobody guesses 256 bits by chance. A secret tells the
 * day of its end, so that whole days can be removed when they are over.
 */
export class ExpiringSecrets<T> {
  private readonly form: RegExp;
  /** The day on which those that had expired were last removed. */
  private sweptOn = 0;

  constructor(
    private readonly storage: StorageDriver,
    private readonly kind: SecretKind,
  ) {
    this.form = new RegExp(`^${kind.prefix}_(\\d{5,6})_[\\w-]{43}$`);
  }

  /** Makes a secret that stands for `value` for `lifetime` milliseconds. */
  async issue(value: T, lifetime: number): Promise<IssuedSecret> {
    const now = Date.now();
    const expiresAt = now + lifetime;
    const text = `${this.kind.prefix}_${dayOf(expiresAt)}_${randomBytes(SECRET_SIZE).toString('base64url')}`;
    const record: StoredSecret<T> = {
      value,
      createdAt: new Date(now).toISOString(),
      expiresAt: new Date(expiresAt).toISOString(),
    };
    await this.storage.putContent(this.pathFor(text) as string, Buffer.from(JSON.stringify(record)));
    await this.sweep(now);
    return { text, expiresAt };
  }

  /** What a secret stands for; null for what is none, or no longer. */
  async find(text: string): Promise<FoundSecret<T> | null> {
    const path = this.pathFor(text);
    const record = path && (await this.read(path));
    if (!record) return null;
    const expiresAt = Date.parse(record.expiresAt);
    return expiresAt > Date.now() ? { value: record.value, expiresAt, hash: hashOf(text) } : null;
  }

  /** Ends a secret; nothing happens where there is none. */
  async revoke(text: string): Promise<void> {
    const path = this.pathFor(text);
    if (path !== null) await deleteIfPresent(this.storage, path);
  }

  /** Ends all secrets that stand for such values; resolves to how many there were. */
  async revokeAll(isMeant: (value: T) => boolean): Promise<number> {
    let revoked = 0;
    for await (const { path, isDirectory } of walkIfPresent(this.storage, this.kind.folder)) {
      const record = isDirectory ? null : await this.read(path);
      if (record && isMeant(record.value) && (await deleteIfPresent(this.storage, path))) revoked++;
    }
    return revoked;
  }

  /** Once a day, removes whole days that are over. */
  private async sweep(now: number): Promise<void> {
    const today = dayOf(now);
    if (this.sweptOn === today) return;
    this.sweptOn = today;
    const days = await listIfPresent(this.storage, this.kind.folder);
    for (const day of days.filter((day) => Number(day) < today)) {
      await deleteIfPresent(this.storage, `${this.kind.folder}/${day}`, { durable: false });
    }
  }

  /** Where what is stored of a secret lies; null for what is none. */
  private pathFor(text: string): string | null {
    const day = this.form.exec(text)?.[1];
    return day === undefined ? null : `${this.kind.folder}/${day}/${hashOf(text)}`;
  }

  private async read(path: string): Promise<StoredSecret<T> | null> {
    const content = await contentIfPresent(this.storage, path);
    const record = content && objectIn(content);
    return record && 'value' in record ? (record as unknown as StoredSecret<T>) : null;
  }
}

function dayOf(time: number): number {
  return Math.floor(time / DAY);
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
