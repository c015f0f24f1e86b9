import { createHash, timingSafeEqual } from 'node:crypto';
import type { Grant, Principal } from '#libs/access';
import { objectIn } from '#libs/oci';
import type { KeyGrant } from './key-request.js';

/** What may be shown of a key. */
export interface KeyInfo {
  readonly id: string;
  readonly name: string;
  readonly description?: string;
  readonly grants: readonly KeyGrant[];
  readonly createdAt: string;
  readonly createdBy: string;
  readonly expiresAt?: string;
}

/** What is stored of a key. */
export interface KeyRecord extends KeyInfo {
  /** SHA-256 of its text, in hexadecimal. It takes no slow hash, since nobody guesses 256 bits by chance. */
  readonly hash: string;
}

/** A key that is ready to be compared with what clients show. */
export interface KnownKey {
  readonly hash: Buffer;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  readonly principal: Principal;
}

export function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Null for what is no record of a key. */
export function readKeyRecord(content: Buffer): KeyRecord | null {
  const record = objectIn(content);
  return record && typeof record.hash === 'string' ? (record as unknown as KeyRecord) : null;
}

export function infoOf({ hash: _, ...info }: KeyRecord): KeyInfo {
  return info;
}

export function knownKey({ id, name, grants, hash, expiresAt }: KeyRecord): KnownKey {
  return {
    hash: Buffer.from(hash, 'hex'),
    expiresAt: expiresAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(expiresAt),
    principal: {
      name,
      isAnonymous: false,
      groups: [],
      claims: {},
      authenticator: 'key',
      credential: id,
      grants: grants.flatMap(grantsOf),
      // Nobody else is to remember it, so that a key that is revoked is so at once.
      expiresAt: 0,
    },
  };
}

export function isText(key: KnownKey, text: string): boolean {
  const hash = hashOf(text);
  return hash.length === key.hash.length && timingSafeEqual(hash, key.hash) && Date.now() < key.expiresAt;
}

function grantsOf({ repositories = '**', actions }: KeyGrant): Grant[] {
  const words = actions.filter((action) => action !== 'catalog');
  return [
    ...(words.length > 0 ? [{ type: 'repository', name: repositories, isPattern: true, actions: words } as const] : []),
    ...(actions.includes('catalog') ? [{ type: 'registry', name: 'catalog', actions: ['*'] } as const] : []),
  ];
}
