import { Digest } from './digest.js';

/** Distribution specification, "Pulling manifests": `<reference>` as a tag. */
const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;

/** What names a manifest within a repository: a tag or a digest. */
export type Reference = { readonly tag: string } | { readonly digest: Digest };

/** Whether `text` may name a tag. */
export function isTag(text: string): boolean {
  return TAG.test(text);
}

/**
 * Reads a reference; `undefined` when `text` is neither a tag nor has the shape of a digest: such a manifest cannot
 * exist, and what that means is for the caller to say. Throws `DIGEST_INVALID` for a malformed digest.
 */
export function parseReference(text: string): Reference | undefined {
  if (Digest.looksLike(text)) return { digest: Digest.parse(text) };
  return isTag(text) ? { tag: text } : undefined;
}
