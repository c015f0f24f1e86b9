import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { contentIfPresent, LockManager, pathOf, StorageDriver } from '#libs/storage';
import { RegistryConfig } from '../config/index.js';
import { LocationBuilder } from '../http/index.js';

const NAME = 'stowage_login';
/** How long somebody may take to log in at the provider, in milliseconds. */
const LIFETIME = 600_000;
const KEY_SIZE = 32;

/** What must be the same when the browser comes back from the provider. */
export interface StartedLogin {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

/**
 * Keeps a login that has been started in the browser, encrypted, so that any server on the same storage can end it and no
 * server has to remember it.
 */
@Injectable()
export class LoginCookie {
  private key: Promise<Buffer> | null = null;

  constructor(
    private readonly storage: StorageDriver,
    private readonly locks: LockManager,
    private readonly config: RegistryConfig,
    private readonly location: LocationBuilder,
  ) {}

  async set(request: Request, response: Response, login: StartedLogin): Promise<void> {
    const { CompactEncrypt } = await import('jose');
    const content = Buffer.from(JSON.stringify({ ...login, expiresAt: Date.now() + LIFETIME }));
    const header = { alg: 'dir', enc: 'A256GCM' };
    const value = await new CompactEncrypt(content).setProtectedHeader(header).encrypt(await this.encryptionKey());
    response.cookie(NAME, value, { ...this.optionsFor(request), maxAge: LIFETIME });
  }

  /** Null where there is none, or it is too old, or not ours. */
  async take(request: Request, response: Response): Promise<StartedLogin | null> {
    response.clearCookie(NAME, this.optionsFor(request));
    const value = cookieOf(request, NAME);
    if (value === undefined) return null;
    const { compactDecrypt } = await import('jose');
    try {
      const { plaintext } = await compactDecrypt(value, await this.encryptionKey(), {
        keyManagementAlgorithms: ['dir'],
        contentEncryptionAlgorithms: ['A256GCM'],
      });
      const { expiresAt, ...login } = JSON.parse(Buffer.from(plaintext).toString());
      return expiresAt > Date.now() ? login : null;
    } catch {
      return null;
    }
  }

  /** `Lax`, because the browser comes from the provider, which is another site. */
  private optionsFor(request: Request) {
    const isSecure = this.config.http.publicUrl?.startsWith('https:') ?? request.secure;
    return {
      path: this.location.pathTo(request, '/auth'),
      httpOnly: true,
      sameSite: 'lax',
      secure: isSecure,
    } as const;
  }

  private encryptionKey(): Promise<Buffer> {
    this.key ??= this.readOrMakeKey().catch((error) => {
      this.key = null;
      throw error;
    });
    return this.key;
  }

  private async readOrMakeKey(): Promise<Buffer> {
    const path = pathOf.loginCookieKey();
    return this.locks.exclusively('auth/login-cookie', async () => {
      const known = await contentIfPresent(this.storage, path);
      if (known?.length === KEY_SIZE) return known;
      const made = randomBytes(KEY_SIZE);
      await this.storage.putContent(path, made);
      return made;
    });
  }
}

function cookieOf({ headers }: Request, name: string): string | undefined {
  const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
}
