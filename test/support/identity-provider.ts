import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';

export const CLIENT = { id: 'stowage', secret: 'of the registry' };

/** A provider of OpenID Connect on this machine, where anybody logs in with any password. */
export class IdentityProviderServer {
  readonly issuer: string;
  readonly #server: Server;

  private constructor(issuer: string, server: Server) {
    this.issuer = issuer;
    this.#server = server;
  }

  /** `claimsOf` says what the provider knows of who logs in. */
  static async start(
    redirectUri: string,
    claimsOf: (name: string) => Record<string, unknown>,
  ): Promise<IdentityProviderServer> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const provider = new Provider(issuer, {
      clients: [{ client_id: CLIENT.id, client_secret: CLIENT.secret, redirect_uris: [redirectUri] }],
      claims: { openid: ['sub'], profile: ['preferred_username', 'groups'], email: ['email', 'email_verified'] },
      conformIdTokenClaims: false,
      ttl: { AccessToken: 60, Grant: 60, IdToken: 60, Interaction: 60, Session: 60 },
      cookies: { keys: ['of a test'] },
      findAccount: (_context, name) => ({ accountId: name, claims: () => ({ sub: name, ...claimsOf(name) }) }),
    });
    server.on('request', provider.callback());
    return new IdentityProviderServer(issuer, server);
  }

  /** Logs in at `url` as a person would, and resolves to where the provider then sends the browser. */
  async logIn(url: string, name: string): Promise<URL> {
    const cookies = new Map<string, string>();
    const visit = async (target: URL, form?: Record<string, string>): Promise<Response> => {
      const answer = await fetch(target, {
        redirect: 'manual',
        headers: { Cookie: [...cookies].map(([key, value]) => `${key}=${value}`).join('; ') },
        ...(form && { method: 'POST', body: new URLSearchParams(form) }),
      });
      for (const cookie of answer.headers.getSetCookie()) {
        const [, key = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
        cookies.set(key, value);
      }
      return answer;
    };
    for (let place = new URL(url); ; ) {
      if (place.origin !== this.issuer) return place;
      let answer = await visit(place);
      if (answer.status === 200) {
        const [, prompt = ''] = /name="prompt" value="(\w+)"/.exec(await answer.text()) ?? [];
        answer = await visit(place, { prompt, login: name, password: 'any' });
      }
      const location = answer.headers.get('location');
      if (location === null) throw new Error(`${place} answers with ${answer.status}: ${await answer.text()}`);
      place = new URL(location, place);
    }
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
