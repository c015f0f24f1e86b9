import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { Principal } from '#libs/access';
import { contentIfPresent, deleteIfPresent, listIfPresent, pathOf, StorageDriver } from '#libs/storage';
import {
  hashOf,
  infoOf,
  isText,
  type KeyInfo,
  type KeyRecord,
  type KnownKey,
  knownKey,
  readKeyRecord,
} from './key-record.js';
import type { NewKey } from './key-request.js';
import { idOfKeyText, isKeyId, makeKeyText } from './key-text.js';

/** How long a key is remembered, in milliseconds: so long another server still takes one that was revoked here. */
const LIFETIME = 2_000;
const MOST_KEYS = 10_000;

/** The API keys in the storage, which all servers on it share. */
@Injectable()
export class KeyStore {
  private readonly known = new LRUCache<string, KnownKey>({ max: MOST_KEYS, ttl: LIFETIME });

  constructor(private readonly storage: StorageDriver) {}

  /** Makes a key. Its text is to be had only now. */
  async create(
    { name, description, expiresIn, grants }: NewKey,
    createdBy: string,
  ): Promise<KeyInfo & { secret: string }> {
    const { id, text } = makeKeyText();
    const now = Date.now();
    const record: KeyRecord = {
      id,
      name,
      ...(description !== undefined && { description }),
      grants,
      createdAt: new Date(now).toISOString(),
      createdBy,
      ...(expiresIn !== undefined && { expiresAt: new Date(now + expiresIn * 1000).toISOString() }),
      hash: hashOf(text).toString('hex'),
    };
    await this.storage.putContent(pathOf.apiKey(id), Buffer.from(JSON.stringify(record)));
    return { ...infoOf(record), secret: text };
  }

  /** At most `limit` keys behind the id `last`, in the order of their ids; those that have expired, too. */
  async list(limit: number, last?: string): Promise<{ keys: KeyInfo[]; hasMore: boolean }> {
    const options = { limit: limit + 1, ...(last !== undefined && { startAfter: last }) };
    const ids = await listIfPresent(this.storage, pathOf.apiKeys(), options);
    const contents = await this.storage.getAll(ids.slice(0, limit).map(pathOf.apiKey));
    const records = contents.map((content) => content && readKeyRecord(content)).filter((record) => record !== null);
    return { keys: records.map(infoOf), hasMore: ids.length > limit };
  }

  /** Ends a key; resolves to whether there was one. Another server takes it for two seconds more. */
  async revoke(id: string): Promise<boolean> {
    if (!isKeyId(id)) return false;
    const wasThere = await deleteIfPresent(this.storage, pathOf.apiKey(id));
    this.known.delete(id);
    return wasThere;
  }

  /** Whose key it is; null for what is none, or no longer. */
  async principalOf(text: string): Promise<Principal | null> {
    const id = idOfKeyText(text);
    const key = id === undefined ? null : await this.find(id);
    return key && isText(key, text) ? key.principal : null;
  }

  private async find(id: string): Promise<KnownKey | null> {
    const known = this.known.get(id);
    if (known) return known;
    const content = await contentIfPresent(this.storage, pathOf.apiKey(id));
    const record = content && readKeyRecord(content);
    if (!record) return null;
    const key = knownKey(record);
    this.known.set(id, key);
    return key;
  }
}
