import { Injectable } from '@nestjs/common';
import { type Action, Authorizer, type Grant, grantsAllow, type Principal } from '#libs/access';
import { parseRepositoryName } from '#libs/oci';
import { readOrUndefined } from '../http/index.js';

/** What is asked for about a repository, in the words of scopes. `overwrite` goes with `push`, and is decided at the push. */
const REPOSITORY_WORDS = ['pull', 'push', 'delete'] as const satisfies Action[];
/** What is asked for about the registry, by the name of the resource. Its only word is `*`. */
const REGISTRY_ACTIONS: Readonly<Record<string, Action>> = { catalog: 'catalog', administration: 'administer' };

/** Finds how much of what a client asks for its principal may do. */
@Injectable()
export class TokenGrants {
  constructor(private readonly authorizer: Authorizer) {}

  /** What of `requested` is allowed, in its order; resources of which nothing is are left out. */
  async allowed(principal: Principal, requested: readonly Grant[], remoteAddress: string): Promise<Grant[]> {
    const grants: Grant[] = [];
    for (const { type, name, actions } of requested) {
      const may = (action: Action, repository?: string) => this.isAllowed(principal, action, remoteAddress, repository);
      const allowed =
        type === 'repository' ? await ofRepository(name, actions, may) : await ofRegistry(name, actions, may);
      if (allowed.length > 0) grants.push({ type, name, actions: allowed });
    }
    return grants;
  }

  private async isAllowed(
    principal: Principal,
    action: Action,
    remoteAddress: string,
    repository?: string,
  ): Promise<boolean> {
    if (principal.grants && !grantsAllow(principal.grants, action, repository)) return false;
    const request = { principal, action, remoteAddress, ...(repository !== undefined && { repository }) };
    return (await this.authorizer.decide(request)).isAllowed;
  }
}

type May = (action: Action, repository?: string) => Promise<boolean>;

async function ofRepository(name: string, actions: readonly string[], may: May): Promise<string[]> {
  // A name that is none is granted nothing, whatever rule it would match.
  if (readOrUndefined(parseRepositoryName, name) === undefined) return [];
  const words = actions.flatMap((action) => (action === '*' ? REPOSITORY_WORDS : [action]));
  const known = [...new Set(words)].filter((word) => REPOSITORY_WORDS.some((known) => known === word)) as Action[];
  const allowed: string[] = [];
  for (const word of known) if (await may(word, name)) allowed.push(word);
  return allowed;
}

async function ofRegistry(name: string, actions: readonly string[], may: May): Promise<string[]> {
  const action = Object.hasOwn(REGISTRY_ACTIONS, name) ? REGISTRY_ACTIONS[name] : undefined;
  return action && actions.includes('*') && (await may(action)) ? ['*'] : [];
}
