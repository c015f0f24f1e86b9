import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { issueToken, jwkOf, makeSigner } from '../../support/token-service.ts';
import { type LocalServer, serveLocally } from './local-server.ts';

interface Asked {
  /** Whether the answer is to hold a refresh token, for the next time. */
  readonly isOffline: boolean;
  readonly scopes: readonly string[];
  /** Empty for who shows no password. */
  readonly user: string;
}

export interface TokenServiceOptions {
  /** What the service calls the registry. */
  readonly service: string;
  readonly passwords: Readonly<Record<string, string>>;
  /** Whether somebody, or nobody in particular if the name is empty, may do this in a repository. */
  may(user: string, action: string, repository: string): boolean;
}

/** A token service that is no part of the registry: it speaks Distribution's token protocol, and signs with its own key. */
export class TokenService {
  readonly issuer = 'token-service.test';
  readonly realm: string;
  readonly keys: string;
  readonly #server: LocalServer;

  private constructor(server: LocalServer) {
    this.#server = server;
    this.realm = `${server.url}/token`;
    this.keys = `${server.url}/keys.json`;
  }

  static async start(options: TokenServiceOptions): Promise<TokenService> {
    const signer = makeSigner();
    const refreshTokens = new Map<string, string>();
    const server = await serveLocally(async (request, response) => {
      response.setHeader('Content-Type', 'application/json');
      if (request.url === '/keys.json') return response.end(JSON.stringify({ keys: [jwkOf(signer)] }));
      const asked = await readRequest(request, options.passwords, refreshTokens);
      if (asked === null) return response.writeHead(401).end('{"errors":[{"code":"UNAUTHORIZED"}]}');
      const access = accessFor(asked, options);
      const claims = { iss: service.issuer, aud: options.service, sub: asked.user, access };
      const token = await issueToken(signer, claims);
      const answer = { token, access_token: token, expires_in: 300, issued_at: new Date().toISOString() };
      if (!asked.isOffline) return response.end(JSON.stringify(answer));
      const refreshToken = randomUUID();
      refreshTokens.set(refreshToken, asked.user);
      return response.end(JSON.stringify({ ...answer, refresh_token: refreshToken }));
    });
    const service = new TokenService(server);
    return service;
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }
}

/** What is asked for, by GET or as a form of OAuth 2; null where the password or the refresh token is wrong. */
async function readRequest(
  request: IncomingMessage,
  passwords: Readonly<Record<string, string>>,
  refreshTokens: ReadonlyMap<string, string>,
): Promise<Asked | null> {
  const fields =
    request.method === 'POST'
      ? new URLSearchParams(await text(request))
      : new URL(request.url ?? '', 'http://service.test').searchParams;
  const isOffline = fields.get('offline_token') === 'true' || fields.get('access_type') === 'offline';
  const scopes = fields.getAll('scope').flatMap((scope) => scope.split(' '));
  if (fields.get('grant_type') === 'refresh_token') {
    const user = refreshTokens.get(fields.get('refresh_token') ?? '');
    return user === undefined ? null : { isOffline: false, scopes, user };
  }
  const [user, password] =
    request.method === 'POST'
      ? [fields.get('username') ?? '', fields.get('password') ?? '']
      : basicCredentials(request.headers.authorization);
  if (user === '') return { isOffline: false, scopes, user };
  return passwords[user] === password ? { isOffline, scopes, user } : null;
}

function basicCredentials(header = ''): [string, string] {
  const [, encoded = ''] = /^Basic (.+)$/.exec(header) ?? [];
  const [user = '', ...password] = Buffer.from(encoded, 'base64').toString().split(':');
  return [user, password.join(':')];
}

function accessFor({ scopes, user }: Asked, { may }: TokenServiceOptions): object[] {
  return scopes.flatMap((scope) => {
    const [, name, actions] = /^repository:(.+):([^:]+)$/.exec(scope) ?? [];
    if (name === undefined || actions === undefined) return [];
    return [{ type: 'repository', name, actions: actions.split(',').filter((action) => may(user, action, name)) }];
  });
}
