import { describe, expect, it } from '@jest/globals';
import { loadMemoryStorage } from '#libs/storage';
import { createRegistryConfig } from '../config/index.js';
import { LoginKeys } from './login-keys.js';

const ALICE = { name: 'alice', groups: ['staff'], claims: { email: 'alice@example.org' } };

describe('LoginKeys', () => {
  it('says whose password it is until it ends', async () => {
    const { driver } = await loadMemoryStorage();
    const keys = new LoginKeys(driver, createRegistryConfig().auth);
    const { text, expiresAt } = await keys.create(ALICE);
    const credential = expect.stringMatching(/^[0-9a-f]{16}$/);
    expect(await keys.principalOf(text)).toEqual({
      ...ALICE,
      isAnonymous: false,
      authenticator: 'login',
      credential,
      expiresAt,
    });
    expect(await keys.principalOf(`${text}x`)).toBeNull();
  });
});
