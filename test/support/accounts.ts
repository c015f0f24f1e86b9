import { Authenticator, type Credentials, type Principal, parseScopes } from '#libs/access';

/** Lets each of the users in with the password `<user>-password`, and knows how often it was asked. */
export class Accounts extends Authenticator {
  override readonly name = 'accounts';
  override readonly kinds = ['password'] as const;
  asked = 0;
  isClosed = false;

  constructor(private readonly groups: Readonly<Record<string, readonly string[]>>) {
    super();
  }

  override async authenticate(credentials: Credentials): Promise<Principal | null> {
    this.asked++;
    if (credentials.kind !== 'password') return null;
    const { user, password } = credentials;
    const groups = this.groups[user];
    if (!groups || password !== passwordOf(user)) return null;
    return { name: user, isAnonymous: false, groups, claims: {}, authenticator: this.name };
  }

  override async close(): Promise<void> {
    this.isClosed = true;
  }
}

export function passwordOf(user: string): string {
  return `${user}-password`;
}

/** What tells the tokens of `tokenFor` from others, whose bytes may look like anything. */
const OWN = 'test-';

/** Takes the tokens of `tokenFor`, which nobody has to sign. */
export class Tokens extends Authenticator {
  override readonly name = 'tokens';
  override readonly kinds = ['token'] as const;
  asked = 0;

  override async authenticate(credentials: Credentials): Promise<Principal | null> {
    this.asked++;
    if (credentials.kind !== 'token' || !credentials.token.startsWith(OWN)) return null;
    const text = Buffer.from(credentials.token.slice(OWN.length), 'base64url').toString();
    const [user, scopes, expiresAt] = text.split('|');
    if (user === undefined || scopes === undefined) return null;
    return {
      name: user,
      isAnonymous: user === '',
      groups: [],
      claims: {},
      authenticator: this.name,
      credential: 'token-1',
      grants: parseScopes(scopes),
      ...(expiresAt && { expiresAt: Number(expiresAt) }),
    };
  }
}

export function tokenFor(user: string, scopes = '', expiresAt?: number): string {
  return OWN + Buffer.from(`${user}|${scopes}|${expiresAt ?? ''}`).toString('base64url');
}
