import type { Grant } from './grant.js';

/** `type:name:actions`. The name may hold colons, as in `localhost:5000/a`; the class in `repository(plugin)` says nothing. */
const SCOPE = /^(?<type>repository|registry)(?:\([a-z0-9]+\))?:(?<name>[^\s]+):(?<actions>[^\s:]*)$/;

/**
 * Reads scopes as Docker's token protocol has them, such as `repository:a/b:pull,push registry:catalog:*`: separated by
 * spaces, or several texts. Entries for the same resource become one. What is no scope, or for a resource of another type,
 * is left out: a token that grants less than was asked for is no error.
 */
export function parseScopes(scopes: string | readonly string[]): Grant[] {
  const texts = typeof scopes === 'string' ? [scopes] : scopes;
  const entries = texts.flatMap((text) => text.split(' ')).flatMap(parseScope);
  const byResource = Map.groupBy(entries, ({ type, name }) => `${type}:${name}`);
  return [...byResource.values()].flatMap(([first, ...others]) => (first ? [merge(first, others)] : []));
}

/** The scopes as one text: entries are separated by a space, and the actions of one by commas. */
export function formatScopes(grants: readonly Grant[]): string {
  return grants.map(({ type, name, actions }) => `${type}:${name}:${actions.join(',')}`).join(' ');
}

function parseScope(text: string): Grant[] {
  const { type, name, actions } = SCOPE.exec(text)?.groups ?? {};
  if ((type !== 'repository' && type !== 'registry') || name === undefined || actions === undefined) return [];
  return [{ type, name, actions: actions.split(',').filter((action) => action !== '') }];
}

function merge({ type, name, actions }: Grant, others: readonly Grant[]): Grant {
  return { type, name, actions: [...new Set([...actions, ...others.flatMap((other) => other.actions)])] };
}
