import { randomUUID } from 'node:crypto';

/**
 * What is not finished yet, or not gone yet, lies beside its place under a name of its own, `.<uuid>.tmp`. No tag and no
 * component of a repository's name begins with a dot, so nothing that a client chooses can look like it. Listings pass
 * over such names and no path may contain one. A crash may leave some behind; they only take space.
 */
const TEMPORARY = /(?:^|\/)\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tmp(?:\/|$)/;

export function temporaryName(): string {
  return `.${randomUUID()}.tmp`;
}

/** Whether a component of the path is such a name. */
export function isTemporary(path: string): boolean {
  return TEMPORARY.test(path);
}
