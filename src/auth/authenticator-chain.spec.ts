import { describe, expect, it } from '@jest/globals';
import { Authenticator, AuthenticatorUnavailableError, type Credentials, type Principal } from '#libs/access';
import { AuthenticatorChain } from './authenticator-chain.js';

/** Vouches for one user, or for as long as `expiresIn` milliseconds. */
class One extends Authenticator {
  asked = 0;

  constructor(
    readonly name: string,
    private readonly user: string,
    readonly kinds: readonly Credentials['kind'][] = ['password'],
    private readonly expiresIn?: number,
  ) {
    super();
  }

  override async authenticate(credentials: Credentials): Promise<Principal | null> {
    this.asked++;
    if (credentials.kind !== 'password' || credentials.user !== this.user) return null;
    const principal = { name: this.user, isAnonymous: false, groups: [], claims: {}, authenticator: this.name };
    return { ...principal, ...(this.expiresIn !== undefined && { expiresAt: Date.now() + this.expiresIn }) };
  }
}

class Failing extends Authenticator {
  readonly kinds = ['password'] as const;

  constructor(
    readonly name: string,
    private readonly error: Error,
  ) {
    super();
  }

  override authenticate(): Promise<null> {
    return Promise.reject(this.error);
  }
}

const login = (user: string, password = 'secret') => ({ kind: 'password', user, password }) as const;

describe('AuthenticatorChain', () => {
  it('takes the word of the first that vouches', async () => {
    const [tokens, first, second] = [new One('tokens', 'anna', ['token']), new One('1', 'anna'), new One('2', 'anna')];
    const chain = new AuthenticatorChain([tokens, first, second]);
    expect(await chain.authenticate(login('anna'))).toMatchObject({ authenticator: '1' });
    expect(await chain.authenticate(login('bert'))).toBeNull();
    expect([tokens.asked, first.asked, second.asked]).toEqual([0, 2, 1]);
  });

  it('goes on behind one that cannot tell, and says so when nobody vouches', async () => {
    const unavailable = new AuthenticatorUnavailableError('ldap');
    const chain = new AuthenticatorChain([new Failing('ldap', unavailable), new One('1', 'anna')]);
    expect(await chain.authenticate(login('anna'))).toMatchObject({ authenticator: '1' });
    await expect(chain.authenticate(login('bert'))).rejects.toBe(unavailable);
  });

  it('does not go on behind one that fails otherwise', async () => {
    const chain = new AuthenticatorChain([new Failing('broken', new TypeError('oh')), new One('1', 'anna')]);
    await expect(chain.authenticate(login('anna'))).rejects.toThrow('oh');
  });

  it('puts those that are registered later in their place', async () => {
    const chain = new AuthenticatorChain([new One('htpasswd', 'anna')], ['key', 'htpasswd', 'token']);
    expect([chain.missing(), chain.isEmpty]).toEqual([['key', 'token'], false]);
    chain.register(new One('issued', 'anna'));
    chain.register(new One('token', 'anna'));
    chain.register(new One('key', 'anna'));
    expect(chain.missing()).toEqual([]);
    expect(await chain.authenticate(login('anna'))).toMatchObject({ authenticator: 'key' });
  });

  it('remembers a password that was right, and none that was wrong', async () => {
    const one = new One('1', 'anna');
    const chain = new AuthenticatorChain([one]);
    for (let time = 0; time < 3; time++) await chain.authenticate(login('anna'));
    expect(one.asked).toBe(1);
    await chain.authenticate(login('anna', 'other'));
    await chain.authenticate(login('annas', 'ecret'));
    for (let time = 0; time < 2; time++) await chain.authenticate(login('bert'));
    expect(one.asked).toBe(5);
  });

  it('asks once for the same login at the same time, and again after a failure', async () => {
    const one = new One('1', 'anna');
    const chain = new AuthenticatorChain([one]);
    await Promise.all([chain.authenticate(login('anna')), chain.authenticate(login('anna'))]);
    await Promise.all([chain.authenticate(login('bert')), chain.authenticate(login('bert'))]);
    expect(one.asked).toBe(2);
    await chain.authenticate(login('bert'));
    expect(one.asked).toBe(3);
  });

  it('remembers nobody whose time is over', async () => {
    const one = new One('1', 'anna', ['password'], -1);
    const chain = new AuthenticatorChain([one]);
    for (let time = 0; time < 2; time++) await chain.authenticate(login('anna'));
    expect(one.asked).toBe(2);
  });
});
