import { type Authenticator, AuthenticatorUnavailableError, type Credentials, type Principal } from '#libs/access';
import { LoginCache } from './login-cache.js';
import type { LoginThrottle } from './login-throttle.js';
import { when } from './when.js';

/** The authenticators, one after the other: the first that vouches decides. */
export class AuthenticatorChain {
  private readonly logins = new LoginCache();

  /** `order` has the names of the authenticators, also of those that are registered later. */
  constructor(
    private authenticators: readonly Authenticator[],
    private readonly order: readonly string[] = authenticators.map(({ name }) => name),
    private readonly throttle: LoginThrottle | null = null,
  ) {}

  /** Whether there is no login. */
  get isEmpty(): boolean {
    return this.authenticators.length === 0;
  }

  /** Adds one that another module makes, in the place that its name has in the order, or else at the end. */
  register(authenticator: Authenticator): void {
    const place = ({ name }: Authenticator) =>
      this.order.includes(name) ? this.order.indexOf(name) : this.order.length;
    this.authenticators = [...this.authenticators, authenticator].toSorted((one, other) => place(one) - place(other));
  }

  /** The names in the order that no authenticator has. */
  missing(): string[] {
    return this.order.filter((name) => !this.authenticators.some((authenticator) => authenticator.name === name));
  }

  /** Whether one of that name is asked. */
  has(name: string): boolean {
    return this.authenticators.some((authenticator) => authenticator.name === name);
  }

  takes(kind: Credentials['kind']): boolean {
    return this.authenticators.some(({ kinds }) => kinds.includes(kind));
  }

  /**
   * Whose credentials these are; null when no authenticator vouches for them. Rejects with `AuthenticatorUnavailableError`
   * when none vouches and one of them cannot tell. Throws `TOOMANYREQUESTS`, or rejects with it, when too many passwords
   * were wrong that came from `address`.
   */
  authenticate(credentials: Credentials, address = ''): Principal | null | Promise<Principal | null> {
    if (credentials.kind !== 'password') return this.ask(credentials);
    const { user, password } = credentials;
    const { throttle } = this;
    if (!throttle) return this.logins.get(user, password, () => this.ask(credentials));
    throttle.require(address, user);
    const found = this.logins.get(user, password, () => throttle.run(address, user, () => this.ask(credentials)));
    return when(found, (principal) => {
      if (principal) throttle.succeed(address, user);
      return principal;
    });
  }

  /** Milliseconds until a password is looked at again that comes from an address for a name. */
  delayOf(address: string, user: string): number {
    return this.throttle?.waitFor(address, user) ?? 0;
  }

  async close(): Promise<void> {
    await Promise.all(this.authenticators.map((authenticator) => authenticator.close()));
  }

  private async ask(credentials: Credentials): Promise<Principal | null> {
    let unavailable: AuthenticatorUnavailableError | undefined;
    for (const authenticator of this.authenticators) {
      if (!authenticator.kinds.includes(credentials.kind)) continue;
      try {
        const principal = await authenticator.authenticate(credentials);
        if (principal) return principal;
      } catch (error) {
        if (!(error instanceof AuthenticatorUnavailableError)) throw error;
        unavailable ??= error;
      }
    }
    if (unavailable) throw unavailable;
    return null;
  }
}
