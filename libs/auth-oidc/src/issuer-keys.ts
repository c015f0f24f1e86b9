import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose';
import { type FetchOptions, secureFetch } from './fetch.js';
import type { OidcIssuer } from './oidc-options.js';

/** How long it is not tried again to find an issuer's keys after that failed, in milliseconds. */
const PAUSE = 5_000;

/** The public keys of an issuer, found when they are first needed and renewed as they change. */
export class IssuerKeys {
  private readonly get: (url: string, options?: FetchOptions) => Promise<Response>;
  private finding: Promise<JWTVerifyGetKey> | null = null;
  private failedAt = Number.NEGATIVE_INFINITY;
  private failure: unknown;

  /** Throws where the file of authorities cannot be read. */
  constructor(private readonly options: OidcIssuer) {
    const fetch = secureFetch(options.caFile === undefined ? undefined : readFileSync(options.caFile));
    this.get = async (url, { headers = {}, ...others } = {}) => {
      const fields = new Headers(headers);
      const { tokenFile } = options;
      if (tokenFile !== undefined) fields.set('Authorization', `Bearer ${(await readFile(tokenFile, 'utf8')).trim()}`);
      return fetch(url, { ...others, headers: fields });
    };
  }

  /** Rejects where it cannot be told where they are; for a while then, without asking again. */
  async find(): Promise<JWTVerifyGetKey> {
    if (!this.finding && performance.now() - this.failedAt < PAUSE) throw this.failure;
    this.finding ??= this.discover().catch((error) => {
      this.finding = null;
      this.failure = error;
      this.failedAt = performance.now();
      throw error;
    });
    return this.finding;
  }

  /** OpenID Connect Discovery 1.0, section 4. */
  private async discover(): Promise<JWTVerifyGetKey> {
    const { issuer } = this.options;
    const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const answer = await this.get(url, { headers: { Accept: 'application/json' } });
    if (answer.status !== 200) throw new Error(`${url} answers with ${answer.status}`);
    const metadata = await answer.json();
    if (metadata.issuer !== issuer) throw new Error(`${url} is of another issuer`);
    const keys = new URL(metadata.jwks_uri);
    // Whoever can change the keys on their way can issue tokens.
    if (keys.protocol !== 'https:' && new URL(issuer).protocol === 'https:') {
      throw new Error(`${url} leads to keys without TLS`);
    }
    return createRemoteJWKSet(keys, { [customFetch]: this.get });
  }
}
