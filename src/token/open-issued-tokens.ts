import type { LockManager, StorageDriver } from '#libs/storage';
import { LEEWAY, publicKeySet, TokenIssuer } from '#libs/tokens';
import type { TokensConfig } from '../config/index.js';
import { StoredSigningKeys } from './stored-signing-keys.js';

/** How long a key is published before it signs, in milliseconds: many times as long as anybody keeps a copy of the set. */
const LEAD = 3_600_000;
/** Milliseconds by which the clocks of our servers may differ, besides what tokens allow for. */
const CLOCKS = 60_000;

/** Our tokens, for a process that has to do with some: what it takes is only loaded then. */
export async function openIssuedTokens(storage: StorageDriver, locks: LockManager, config: TokensConfig) {
  const { service, lifetime, rotation } = config;
  const schedule = { rotation, lead: LEAD, afterglow: lifetime + LEEWAY * 1000 + CLOCKS };
  const keys = new StoredSigningKeys(storage, locks, schedule);
  const issuer = new TokenIssuer(service, Math.floor(lifetime / 1000), keys);
  // Whoever cannot read the keys shall fail at the start.
  await keys.published();
  return { issuer, keySet: async () => publicKeySet(await keys.published()) };
}

export type OpenIssuedTokens = Awaited<ReturnType<typeof openIssuedTokens>>;
