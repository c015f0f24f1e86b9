import type { Digest } from '#libs/oci';

/** A manifest as it was pushed: its bytes are never written anew, for they are what the digest names. */
export interface StoredManifest {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly content: Buffer;
}
