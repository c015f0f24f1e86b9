import { describe, expect, it } from '@jest/globals';
import { listIfPresent, loadMemoryStorage, pathOf } from '#libs/storage';
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
    for (const wrong of ['', 'x', text.slice(0, -1), `${text}x`, text.replace(/_\d+_/, '_00000_'), '../cookie-key']) {
      expect(await keys.principalOf(wrong)).toBeNull();
    }
  });

  it('removes those that ended on a day before', async () => {
    const { driver } = await loadMemoryStorage();
    await driver.putContent(pathOf.loginKey(20_000, 'a'.repeat(64)), Buffer.from('{}'));
    const keys = new LoginKeys(driver, createRegistryConfig().auth);
    const { text } = await keys.create(ALICE);
    expect(await listIfPresent(driver, pathOf.loginKeys())).toHaveLength(1);
    expect(await keys.principalOf(text)).not.toBeNull();
  });

  it('ends a password by the millisecond', async () => {
    const { driver } = await loadMemoryStorage();
    const { auth } = createRegistryConfig();
    const keys = new LoginKeys(driver, { ...auth, login: { ...auth.login, lifetime: 0 } });
    const { text } = await keys.create(ALICE);
    expect(await keys.principalOf(text)).toBeNull();
  });
});
