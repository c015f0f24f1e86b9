import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { isObject, objectIn } from '#libs/oci';
import { contentIfPresent, deleteIfPresent, listIfPresent, pathOf, StorageDriver, walkIfPresent } from '#libs/storage';
import { AuthConfig } from '../config/index.js';

const DAY = 86_400_000;
/** Bytes. */
const SECRET_SIZE = 32;
/** Begins so that scanners for secrets can find it; the number is the day of its end, since 1970. */
const REFRESH_TOKEN = /^stowr_(\d{5,6})_[\w-]{43}$/;

/** What is stored of a refresh token. */
interface RefreshRecord {
  readonly principal: Principal;
  /** What asked for it, as it calls itself. */
  readonly client: string;
  readonly createdAt: string;
  readonly expiresAt: string;
}

/**
 * Refresh tokens: whoever has one gets access tokens for a principal, until it expires or is revoked. It is used as often
 * as needed and stays the same, since docker and others keep it as it is. Only its hash is stored, for which no salt and
 * no slow function is needed: nobody guesses 256 bits by chance.
 */
@Injectable()
export class RefreshTokens {
  /** The day on which those that had expired were last removed. */
  private sweptOn = 0;

  constructor(
    private readonly storage: StorageDriver,
    private readonly config: AuthConfig,
  ) {}

  async issue(principal: Principal, client: string): Promise<string> {
    const now = Date.now();
    const expiresAt = now + this.config.tokens.refreshLifetime;
    const token = `stowr_${dayOf(expiresAt)}_${randomBytes(SECRET_SIZE).toString('base64url')}`;
    const record: RefreshRecord = {
      principal,
      client,
      createdAt: new Date(now).toISOString(),
      expiresAt: new Date(expiresAt).toISOString(),
    };
    await this.storage.putContent(pathFor(token) as string, Buffer.from(JSON.stringify(record)));
    await this.sweep(now);
    return token;
  }

  /** The principal as it was when the token was issued; null for what is no refresh token, or no longer. */
  async redeem(token: string): Promise<Principal | null> {
    const path = pathFor(token);
    const content = path === null ? null : await contentIfPresent(this.storage, path);
    const record = content && readRecord(content);
    return record && Date.parse(record.expiresAt) > Date.now() ? record.principal : null;
  }

  /** Ends a token; nothing happens where there is none. */
  async revoke(token: string): Promise<void> {
    const path = pathFor(token);
    if (path !== null) await deleteIfPresent(this.storage, path);
  }

  /** Ends all tokens of a principal; resolves to how many there were. */
  async revokeAll(name: string): Promise<number> {
    let revoked = 0;
    for await (const { path, isDirectory } of walkIfPresent(this.storage, pathOf.refreshTokens())) {
      const content = isDirectory ? null : await contentIfPresent(this.storage, path);
      if (!content || readRecord(content)?.principal.name !== name) continue;
      if (await deleteIfPresent(this.storage, path)) revoked++;
    }
    return revoked;
  }

  /** Once a day, removes whole days that are over. */
  private async sweep(now: number): Promise<void> {
    const today = dayOf(now);
    if (this.sweptOn === today) return;
    this.sweptOn = today;
    const days = await listIfPresent(this.storage, pathOf.refreshTokens());
    for (const day of days.map(Number).filter((day) => day < today)) {
      await deleteIfPresent(this.storage, pathOf.refreshTokenDay(day), { durable: false });
    }
  }
}

function dayOf(time: number): number {
  return Math.floor(time / DAY);
}

/** Where what is stored of `token` lies; null for what is no refresh token. */
function pathFor(token: string): string | null {
  const day = REFRESH_TOKEN.exec(token)?.[1];
  return day === undefined ? null : pathOf.refreshToken(Number(day), createHash('sha256').update(token).digest('hex'));
}

function readRecord(content: Buffer): RefreshRecord | undefined {
  const record = objectIn(content);
  return record && isObject(record.principal) ? (record as unknown as RefreshRecord) : undefined;
}
