import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ACTIONS } from './action.js';
import { grantsAllow, scopeFor } from './grant-check.js';
import { formatScopes, parseScopes } from './scope.js';

describe('parseScopes', () => {
  it.each([
    ['repository:a/b:pull', [{ type: 'repository', name: 'a/b', actions: ['pull'] }]],
    ['repository:a/b:pull,push', [{ type: 'repository', name: 'a/b', actions: ['pull', 'push'] }]],
    ['registry:catalog:*', [{ type: 'registry', name: 'catalog', actions: ['*'] }]],
    ['repository:localhost:5000/a:pull', [{ type: 'repository', name: 'localhost:5000/a', actions: ['pull'] }]],
    ['repository(plugin):a:pull', [{ type: 'repository', name: 'a', actions: ['pull'] }]],
    ['repository:a:', [{ type: 'repository', name: 'a', actions: [] }]],
    ['repository:a:,pull,,', [{ type: 'repository', name: 'a', actions: ['pull'] }]],
    [
      'repository:a:pull registry:catalog:*',
      [
        { type: 'repository', name: 'a', actions: ['pull'] },
        { type: 'registry', name: 'catalog', actions: ['*'] },
      ],
    ],
    ['  repository:a:pull   repository:a:push,pull ', [{ type: 'repository', name: 'a', actions: ['pull', 'push'] }]],
  ])('reads %j', (text, grants) => {
    expect(parseScopes(text)).toEqual(grants);
  });

  it.each(['', ' ', 'repository', 'repository:a', 'repository::pull', 'other:a:pull', 'Repository:a:pull', ':a:pull'])(
    'leaves out %j',
    (text) => {
      expect(parseScopes(['repository:a:pull', text])).toEqual([{ type: 'repository', name: 'a', actions: ['pull'] }]);
    },
  );

  it('reads what formatScopes writes', () => {
    const component = fc.stringMatching(/^[a-z0-9]{1,5}$/);
    const name = fc.array(component, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
    const actions = fc.uniqueArray(fc.constantFrom('pull', 'push', 'delete', '*'), { maxLength: 3 });
    const grant = fc.record({ type: fc.constantFrom('repository' as const, 'registry' as const), name, actions });
    const grants = fc.uniqueArray(grant, { selector: ({ type, name }) => `${type}:${name}` });
    fc.assert(
      fc.property(grants, (some) => {
        expect(parseScopes(formatScopes(some))).toEqual(some);
      }),
    );
  });

  it('takes any text, in time that grows with its length', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        for (const { type } of parseScopes(text)) expect(['repository', 'registry']).toContain(type);
      }),
    );
    expect(parseScopes(`repository:${'a:'.repeat(100_000)}`)).toHaveLength(1);
    expect(parseScopes(`repository${':'.repeat(100_000)} `)).toHaveLength(1);
  });
});

describe('grantsAllow', () => {
  it.each([
    ['repository:a:pull', 'pull', 'a', true],
    ['repository:a:pull', 'pull', 'b', false],
    ['repository:a:pull', 'pull', 'a/b', false],
    ['repository:a:pull', 'push', 'a', false],
    ['repository:a:push', 'push', 'a', true],
    ['repository:a:push', 'overwrite', 'a', true],
    ['repository:a:push', 'pull', 'a', false],
    ['repository:a:push', 'delete', 'a', false],
    ['repository:a:delete', 'delete', 'a', true],
    ['repository:a:*', 'pull', 'a', true],
    ['repository:a:*', 'delete', 'a', true],
    ['repository:a:*', 'administer', 'a', true],
    ['repository:a:pull,push,delete', 'administer', 'a', false],
    ['repository:**:pull', 'pull', 'a', false],
    ['repository:catalog:*', 'catalog', undefined, false],
    ['registry:catalog:*', 'catalog', undefined, true],
    ['registry:catalog:pull', 'catalog', undefined, false],
    ['registry:catalog:*', 'administer', undefined, false],
    ['registry:administration:*', 'administer', undefined, true],
    ['registry:catalog:*', 'pull', 'catalog', false],
    ['', 'pull', 'a', false],
  ] as const)('of %j to %s %s: %s', (scopes, action, repository, allowed) => {
    expect(grantsAllow(parseScopes(scopes), action, repository)).toBe(allowed);
  });

  it('covers what scopeFor asks for', () => {
    for (const action of ACTIONS) {
      const repository = action === 'catalog' ? undefined : 'a/b';
      expect(grantsAllow([scopeFor(action, repository)], action, repository)).toBe(true);
    }
  });
});

describe('grantsAllow with a pattern of names', () => {
  const grants = [{ type: 'repository', name: 'team/**', isPattern: true, actions: ['pull'] }] as const;

  it.each([
    ['pull', 'team/a', true],
    ['pull', 'team/a/b', true],
    ['push', 'team/a', false],
    ['pull', 'teams/a', false],
    ['pull', 'a/team/b', false],
    ['administer', undefined, false],
    ['catalog', undefined, false],
  ] as const)('%s on %s: %s', (action, repository, isAllowed) => {
    expect(grantsAllow(grants, action, repository)).toBe(isAllowed);
  });
});
