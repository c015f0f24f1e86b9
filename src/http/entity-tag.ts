import type { Request } from 'express';
import type { Digest } from '#libs/oci';

/** The entity tag of content: its digest. It never changes, so the tag is a strong one. */
export function entityTag(digest: Digest): string {
  return `"${digest}"`;
}

/** Whether the client has this very content (RFC 9110, section 13.1.2), and a 304 is all that it needs. */
export function isNotModified(request: Request, digest: Digest): boolean {
  const header = request.headers['if-none-match'];
  return header !== undefined && matches(header, digest, 'weak');
}

/**
 * The conditions that a request to change something carries (RFC 9110, section 13.1): whether it may go on, given the
 * digest that its target has now, or null when there is no such target. Undefined when it carries none.
 */
export function preconditionOf(request: Request): ((current: Digest | null) => boolean) | undefined {
  const ifMatch = request.headers['if-match'];
  const ifNoneMatch = request.headers['if-none-match'];
  if (ifMatch === undefined && ifNoneMatch === undefined) return undefined;
  return (current) =>
    (ifMatch === undefined || (current !== null && matches(ifMatch, current, 'strong'))) &&
    (ifNoneMatch === undefined || current === null || !matches(ifNoneMatch, current, 'weak'));
}

/**
 * Compares as RFC 9110, section 8.8.3.2, says: a weak tag is none in a strong comparison. Also takes a digest without
 * quotes, as Distribution does.
 */
function matches(header: string, digest: Digest, comparison: 'strong' | 'weak'): boolean {
  const text = digest.toString();
  return header.split(',').some((entry) => {
    const tag = comparison === 'weak' ? entry.trim().replace(/^W\//, '') : entry.trim();
    return tag === '*' || tag.replace(/^"|"$/g, '') === text;
  });
}
