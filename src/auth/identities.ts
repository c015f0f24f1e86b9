import { TLSSocket } from 'node:tls';
import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { LRUCache } from 'lru-cache';
import { ANONYMOUS, type Credentials, type Principal } from '#libs/access';
import { remoteAddressOf } from '../http/index.js';
import { AuthenticatorChain } from './authenticator-chain.js';
import { readAuthorization } from './authorization-header.js';
import { lifetimeOf } from './login-cache.js';
import { when } from './when.js';

/** How long the word of an authenticator on a token or a certificate is taken, in milliseconds. */
const LIFETIME = 60_000;
const MOST_TOKENS = 10_000;
/** Characters of all headers that are remembered. */
const MOST_CHARACTERS = 16 * 1024 ** 2;
/** In milliseconds. Time is read once in so long. */
const RESOLUTION = 1_000;

interface KnownCertificate {
  readonly principal: Principal;
  readonly until: number;
}

/** Finds out whose request it is. */
@Injectable()
export class Identities {
  /** By the whole header with the token: it is compared, and not read once more. */
  private readonly tokens = new LRUCache<string, Principal>({
    max: MOST_TOKENS,
    maxSize: MOST_CHARACTERS,
    sizeCalculation: (_, header) => header.length,
    ttlResolution: RESOLUTION,
  });
  private readonly certificates = new WeakMap<TLSSocket, KnownCertificate>();

  constructor(private readonly chain: AuthenticatorChain) {}

  /**
   * Whose request it is; anonymous when it shows no credentials, and null when those that it shows are wrong. Rejects with
   * `AuthenticatorUnavailableError`, and with `TOOMANYREQUESTS` or throws it.
   */
  of(request: Request): Principal | null | Promise<Principal | null> {
    if (this.chain.isEmpty) return ANONYMOUS;
    const header = request.headers.authorization;
    if (header === undefined) return this.ofConnection(request);
    const known = this.tokens.get(header);
    if (known) return known;
    const credentials = readAuthorization(header);
    // A scheme that the registry does not know shows it nothing.
    if (credentials === undefined) return ANONYMOUS;
    return (
      credentials &&
      when(this.chain.authenticate(credentials, remoteAddressOf(request)), (found) =>
        this.remember(header, credentials, found),
      )
    );
  }

  private remember(header: string, { kind }: Credentials, principal: Principal | null): Principal | null {
    if (kind !== 'token' || !principal) return principal;
    const ttl = lifetimeOf(principal, LIFETIME);
    if (ttl > 0) this.tokens.set(header, principal, { ttl });
    return principal;
  }

  /** A certificate is shown once for all requests of a connection. One that nobody knows is as good as none. */
  private ofConnection({ socket }: Request): Principal | Promise<Principal> {
    if (!(socket instanceof TLSSocket) || !socket.authorized || !this.chain.takes('certificate')) return ANONYMOUS;
    const known = this.certificates.get(socket);
    if (known && known.until > Date.now()) return known.principal;
    const certificate = socket.getPeerX509Certificate();
    if (!certificate) return ANONYMOUS;
    return when(this.chain.authenticate({ kind: 'certificate', certificate }), (found) => {
      const principal = found ?? ANONYMOUS;
      this.certificates.set(socket, { principal, until: Date.now() + lifetimeOf(principal, LIFETIME) });
      return principal;
    });
  }
}
