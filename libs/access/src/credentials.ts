import type { X509Certificate } from 'node:crypto';

/** What a client shows of itself. */
export type Credentials =
  | { readonly kind: 'password'; readonly user: string; readonly password: string }
  | { readonly kind: 'token'; readonly token: string }
  /** Of a connection whose client proved that it has the key, under an authority that the server trusts. */
  | { readonly kind: 'certificate'; readonly certificate: X509Certificate };
