import type { Action } from './action.js';
import type { Grant } from './grant.js';
import { compileNamePattern, type Matcher } from './pattern.js';

/** What the word of a scope is for each action on a repository. Scopes know no difference between new and other tags. */
const WORDS: Readonly<Record<Action, string>> = {
  pull: 'pull',
  push: 'push',
  overwrite: 'push',
  delete: 'delete',
  catalog: '*',
  administer: '*',
};

/** The names of what is not in a repository. */
const REGISTRY: Readonly<Partial<Record<Action, string>>> = { catalog: 'catalog', administer: 'administration' };

/**
 * Whether the grants cover the action: `push` also covers `overwrite`, and `*` everything on its resource. `catalog` needs
 * `registry:catalog:*`; `administer` needs `*` on the repository or, without one, `registry:administration:*`.
 */
export function grantsAllow(grants: readonly Grant[], action: Action, repository?: string): boolean {
  const type = repository === undefined ? 'registry' : 'repository';
  const name = repository ?? REGISTRY[action];
  const word = WORDS[action];
  return grants.some(
    (grant) =>
      grant.type === type && isAbout(grant, name) && (grant.actions.includes(word) || grant.actions.includes('*')),
  );
}

const PATTERNS = new WeakMap<Grant, Matcher>();

function isAbout(grant: Grant, name: string | undefined): boolean {
  if (!grant.isPattern || name === undefined) return grant.name === name;
  let matches = PATTERNS.get(grant);
  if (!matches) {
    matches = compileNamePattern(grant.name);
    PATTERNS.set(grant, matches);
  }
  return matches(name);
}

/** The scope that a client asks for who wants to do this: whoever pushes looks first at what is there. */
export function scopeFor(action: Action, repository?: string): Grant {
  if (repository === undefined) return { type: 'registry', name: REGISTRY[action] ?? action, actions: ['*'] };
  const word = WORDS[action];
  return { type: 'repository', name: repository, actions: word === 'push' ? ['pull', 'push'] : [word] };
}
