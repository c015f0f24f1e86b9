import type { JWTPayload } from 'jose';
import type { Grant } from '#libs/access';
import { isObject, parseRepositoryName } from '#libs/oci';

/**
 * The rights in the claim `access` (Distribution, "Token Authentication Specification"). The class of a resource is
 * ignored. What is of an unknown type, malformed, or names no repository, grants nothing: a name that is a pattern to
 * somebody must not become one here.
 */
export function grantsOf({ access }: JWTPayload): Grant[] {
  return Array.isArray(access) ? access.map(readGrant).filter((grant) => grant !== undefined) : [];
}

function readGrant(entry: unknown): Grant | undefined {
  if (!isObject(entry)) return undefined;
  const { type, name, actions } = entry;
  if (typeof name !== 'string' || !isTextList(actions)) return undefined;
  // A name such as `repository(plugin)` has the class behind the type.
  const bare = typeof type === 'string' ? type.replace(/\([a-z0-9]+\)$/, '') : '';
  if (bare === 'registry') return { type: bare, name, actions };
  return bare === 'repository' && isRepositoryName(name) ? { type: bare, name, actions } : undefined;
}

/** The groups that a token names; none where it names them in no known form. */
export function groupsOf({ groups }: JWTPayload): readonly string[] {
  return isTextList(groups) ? groups : [];
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}

function isRepositoryName(name: string): boolean {
  try {
    return parseRepositoryName(name) === name;
  } catch {
    return false;
  }
}
