import { Injectable } from '@nestjs/common';
import type { Configuration, IDToken } from 'openid-client';
import { AuthenticatorUnavailableError } from '#libs/access';
import { AuthConfig, type LoginConfig } from '../config/index.js';
import type { StartedLogin } from './login-cookie.js';
import type { Person } from './login-keys.js';

type OpenIdClient = typeof import('openid-client');

/** How long the provider may take to answer, in seconds. */
const TIMEOUT = 10;

/** Claims that are for the protocol, and say nothing of the person. */
const OF_PROTOCOL: ReadonlySet<string> = new Set([
  'nonce',
  'at_hash',
  'c_hash',
  's_hash',
  'sid',
  'jti',
  'exp',
  'iat',
  'aud',
  'azp',
]);
const NO_ANSWER: ReadonlySet<string> = new Set([
  'OAUTH_RESPONSE_IS_NOT_CONFORM',
  'OAUTH_RESPONSE_IS_NOT_JSON',
  'OAUTH_TIMEOUT',
]);
const PRINTABLE = /^[^\p{C}\p{Zl}\p{Zp}]{1,512}$/u;

/** The provider does not vouch for whoever came back, with the reason for the person. */
export class LoginRefusedError extends Error {
  override readonly name = 'LoginRefusedError';
}

/** The provider of OpenID Connect where people log in. */
@Injectable()
export class IdentityProvider {
  private readonly config: LoginConfig;
  private discovery: Promise<Configuration> | null = null;

  constructor({ login }: AuthConfig) {
    this.config = login;
  }

  /** Where the browser has to go, and what must be the same when it comes back to `redirectUri`. */
  async start(redirectUri: string): Promise<{ url: URL; login: StartedLogin }> {
    const client = await import('openid-client');
    const configuration = await this.discover(client);
    const login = {
      state: client.randomState(),
      nonce: client.randomNonce(),
      codeVerifier: client.randomPKCECodeVerifier(),
    };
    const url = client.buildAuthorizationUrl(configuration, {
      redirect_uri: redirectUri,
      scope: this.config.scopes.join(' '),
      state: login.state,
      nonce: login.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(login.codeVerifier),
      code_challenge_method: 'S256',
    });
    return { url, login };
  }

  /** Who came back to `url`. Rejects with a `LoginRefusedError`, or an `AuthenticatorUnavailableError`. */
  async finish(url: URL, { state, nonce, codeVerifier }: StartedLogin): Promise<Person> {
    const client = await import('openid-client');
    const configuration = await this.discover(client);
    try {
      const tokens = await client.authorizationCodeGrant(configuration, url, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: codeVerifier,
        idTokenExpected: true,
      });
      return this.personIn(tokens.claims());
    } catch (error) {
      if (error instanceof LoginRefusedError) throw error;
      if (hasNoAnswer(error)) throw new AuthenticatorUnavailableError('login', { cause: error });
      throw new LoginRefusedError('the provider did not confirm the login', { cause: error });
    }
  }

  private personIn(claims: IDToken | undefined): Person {
    const { usernameClaim, groupsClaim, prefix = '' } = this.config;
    const name = claims?.[usernameClaim];
    if (!claims || typeof name !== 'string' || !PRINTABLE.test(name)) {
      throw new LoginRefusedError(`the provider does not tell the claim ${usernameClaim}`);
    }
    // Anybody may write an address into an account, as long as nobody has made sure of it.
    if (usernameClaim === 'email' && claims.email_verified !== true) {
      throw new LoginRefusedError('the provider has not verified the address');
    }
    const groups = groupsClaim === undefined ? [] : [claims[groupsClaim] ?? []].flat();
    return {
      name: prefix + name,
      groups: groups.filter((group) => typeof group === 'string').map((group) => prefix + group),
      claims: Object.fromEntries(Object.entries(claims).filter(([claim]) => !OF_PROTOCOL.has(claim))),
    };
  }

  private discover(client: OpenIdClient): Promise<Configuration> {
    this.discovery ??= this.discoverOnce(client).catch((cause) => {
      this.discovery = null;
      throw new AuthenticatorUnavailableError('login', { cause });
    });
    return this.discovery;
  }

  private discoverOnce(client: OpenIdClient): Promise<Configuration> {
    const { issuer = '', clientId = '', clientSecret } = this.config;
    const authentication = clientSecret === undefined ? client.None() : client.ClientSecretBasic(clientSecret);
    const url = new URL(issuer);
    return client.discovery(url, clientId, {}, authentication, {
      timeout: TIMEOUT,
      // The settings allow this for providers on this machine only.
      execute: [client.enableNonRepudiationChecks, ...(url.protocol === 'http:' ? [client.allowInsecureRequests] : [])],
    });
  }
}

/** Whether there was no answer of the provider, or none that could be read, rather than one that says no. */
function hasNoAnswer(error: unknown): boolean {
  const { name, code, cause } = error as NodeJS.ErrnoException;
  // By name, not by class: `fetch` fails with a TypeError, which openid-client may wrap.
  const isOfFetch = [name, (cause as Error | undefined)?.name].includes('TypeError');
  return isOfFetch || (code !== undefined && NO_ANSWER.has(code));
}
