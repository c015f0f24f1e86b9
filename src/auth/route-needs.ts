import type { Request } from 'express';
import { parseRepositoryName } from '#libs/oci';
import { queryText, readOrUndefined } from '../http/index.js';
import type { RequiredAccess } from './access.decorator.js';
import type { AccessNeed } from './access-decisions.js';

/** What a request needs. */
export interface Needs {
  /** Each of these must be allowed. */
  readonly required: readonly [AccessNeed, ...AccessNeed[]];
  /** Only asked for: the handler does without it. */
  readonly source?: AccessNeed;
  readonly tags: readonly string[];
}

/** What a request to a route needs; undefined where that is no more than a login. `repository` is the one in its path. */
export function needsOf(request: Request, access: RequiredAccess, repository: string | undefined): Needs | undefined {
  const { action } = access;
  if (action === 'public' || action === 'authenticated') return undefined;
  const need: AccessNeed = repository === undefined ? { action } : { action, repository };
  if (!access.tags && access.source === undefined) return { required: [need], tags: [] };
  const tags = access.tags?.(request) ?? [];
  const [first = need, ...others] = tags.map((tag): AccessNeed => ({ ...need, tag }));
  const source = sourceOf(request, access.source);
  return { required: [first, ...others], tags, ...(source && { source }) };
}

/** All that a challenge asks for. */
export function askedFor({ required, source }: Needs): readonly AccessNeed[] {
  return source ? [...required, source] : required;
}

/** A name that names no repository needs no permission: the handler finds nothing under it. */
function sourceOf(request: Request, parameter: string | undefined): AccessNeed | undefined {
  const text = parameter === undefined ? undefined : queryText(request, parameter);
  const repository = readOrUndefined(parseRepositoryName, text);
  return repository === undefined ? undefined : { action: 'pull', repository };
}
