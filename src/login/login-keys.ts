import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { contentIfPresent, deleteIfPresent, listIfPresent, pathOf, StorageDriver } from '#libs/storage';
import { AuthConfig } from '../config/index.js';

const DAY = 86_400_000;
const SECRET_SIZE = 32;
/** The day on which it ends, since 1970, and 256 bits that nobody can guess. */
const TEXT = /^stowlogin_(\d{5})_[\w-]{43}$/;

/** Who somebody is, as the provider says. */
export type Person = Pick<Principal, 'name' | 'groups' | 'claims'>;

export interface LoginKey {
  /** The password. It is to be had only when it is made. */
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/**
 * Passwords that people get by their browser, in the storage, which all servers on it share: only as hashes, which need not
 * be slow, since nobody guesses 256 bits by chance.
 */
@Injectable()
export class LoginKeys {
  constructor(
    private readonly storage: StorageDriver,
    private readonly config: AuthConfig,
  ) {}

  async create({ name, groups, claims }: Person): Promise<LoginKey> {
    const expiresAt = Date.now() + this.config.login.lifetime;
    const day = Math.floor(expiresAt / DAY);
    const text = `stowlogin_${day}_${randomBytes(SECRET_SIZE).toString('base64url')}`;
    const record = Buffer.from(JSON.stringify({ name, groups, claims, expiresAt }));
    await this.storage.putContent(pathOf.loginKey(day, hashOf(text)), record);
    await this.removeExpired();
    return { text, expiresAt };
  }

  /** Whose password it is; null for what is none, or no longer. */
  async principalOf(text: string): Promise<Principal | null> {
    const day = TEXT.exec(text)?.[1];
    if (day === undefined) return null;
    const hash = hashOf(text);
    const content = await contentIfPresent(this.storage, pathOf.loginKey(Number(day), hash));
    if (!content) return null;
    const { expiresAt, ...person }: Person & { expiresAt: number } = JSON.parse(content.toString());
    if (expiresAt <= Date.now()) return null;
    return { ...person, isAnonymous: false, authenticator: 'login', credential: hash.slice(0, 16), expiresAt };
  }

  private async removeExpired(): Promise<void> {
    const today = Math.floor(Date.now() / DAY);
    const days = (await listIfPresent(this.storage, pathOf.loginKeys())).map(Number);
    for (const day of days.filter((day) => day < today)) await deleteIfPresent(this.storage, pathOf.loginKeyDay(day));
  }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
