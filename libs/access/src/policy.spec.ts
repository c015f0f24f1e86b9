import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ACTIONS, type Action } from './action.js';
import { Policy } from './policy.js';
import { PolicyError } from './policy-error.js';
import { ANONYMOUS, type Principal } from './principal.js';

const ANNA: Principal = {
  name: 'anna',
  isAnonymous: false,
  groups: ['developers', 'team-a'],
  claims: {
    repository: 'org/app',
    ref: 'refs/heads/main',
    level: 3,
    roles: ['reader', 'writer'],
    'kubernetes.io': { namespace: 'prod', serviceaccount: { name: 'builder' } },
  },
  authenticator: 'htpasswd',
};

type Rule = Record<string, unknown>;
interface Request {
  readonly principal?: Principal;
  readonly action?: Action;
  readonly repository?: string;
  readonly tag?: string;
}

/** Whether a policy of these rules lets Anna pull `team-a/app`, or what else is asked. */
function allows(rules: Rule[], request: Request = {}): boolean {
  const source = { rules: rules.map((rule, index) => ({ name: `rule ${index + 1}`, effect: 'allow', ...rule })) };
  const { action = 'pull' } = request;
  const repository = action === 'catalog' ? {} : { repository: 'team-a/app' };
  return Policy.parse(source).decide({ principal: ANNA, action, ...repository, ...request }).isAllowed;
}

describe('a policy', () => {
  it('refuses what no rule is about', () => {
    for (const action of ACTIONS) {
      expect(allows([], { action })).toBe(false);
      expect(allows([{ principals: ['bert'] }], { action })).toBe(false);
    }
  });

  it.each<[string, Rule, boolean]>([
    ['no condition', {}, true],
    ['her name', { principals: ['anna'] }, true],
    ['a pattern of names', { principals: ['bert', 'an*'] }, true],
    ['another name', { principals: ['ann', 'annabel', 'Anna'] }, false],
    ['her group', { groups: ['developers'] }, true],
    ['a pattern of groups', { groups: ['team-*'] }, true],
    ['another group', { groups: ['admins'] }, false],
    ['her authenticator', { authenticators: ['ldap', 'htpasswd'] }, true],
    ['another authenticator', { authenticators: ['oidc'] }, false],
    ['a claim', { claims: { repository: 'org/app' } }, true],
    ['a pattern for a claim', { claims: { repository: 'org/*', ref: 'refs/heads/*' } }, true],
    ['several values for a claim', { claims: { ref: ['refs/heads/dev', 'refs/heads/main'] } }, true],
    ['a claim that is a number', { claims: { level: 3 } }, true],
    ['one of the values of a claim', { claims: { roles: 'writer' } }, true],
    [
      'a claim in a claim',
      { claims: { 'kubernetes.io': { namespace: 'prod', serviceaccount: { name: 'b*' } } } },
      true,
    ],
    [
      'another value in a claim',
      { claims: { 'kubernetes.io': { namespace: 'prod', serviceaccount: { name: 'c*' } } } },
      false,
    ],
    ['two claims, one of them another', { claims: { repository: 'org/app', ref: 'refs/tags/*' } }, false],
    ['a claim that is not there', { claims: { environment: '*' } }, false],
    ['a claim that every object has', { claims: { constructor: '*', toString: '*' } }, false],
    ['a text where the claim is an object', { claims: { 'kubernetes.io': '*' } }, false],
    ['the repository', { repositories: ['team-a/app'] }, true],
    ['a pattern of repositories', { repositories: ['library/*', 'team-a/**'] }, true],
    ['another repository', { repositories: ['library/*'] }, false],
    ['the action', { actions: ['push', 'pull'] }, true],
    ['another action', { actions: ['push'] }, false],
    ['all at once', { principals: ['anna'], groups: ['team-a'], repositories: ['**'], actions: ['pull'] }, true],
    ['all but one', { principals: ['anna'], groups: ['team-b'], repositories: ['**'], actions: ['pull'] }, false],
  ])('has a rule that names %s', (_, rule, matches) => {
    expect(allows([rule])).toBe(matches);
    expect(allows([{}, { ...rule, effect: 'deny' }])).toBe(!matches);
  });

  it('lets what denies win, wherever it stands', () => {
    const deny = { effect: 'deny', repositories: ['team-a/app'] };
    expect([allows([{}, deny]), allows([deny, {}]), allows([deny, {}, {}])]).toEqual([false, false, false]);
  });

  describe('and who has not logged in', () => {
    const asks = (...rules: Rule[]) => allows(rules, { principal: ANONYMOUS });

    it('gets nothing by rules that do not say so', () => {
      expect(asks({})).toBe(false);
      expect(asks({ principals: ['*'] }, { groups: ['*'] }, { claims: { a: '*' } })).toBe(false);
    });

    it('gets what a rule says, as everybody else does', () => {
      expect(asks({ anonymous: true, actions: ['pull'] })).toBe(true);
      expect(allows([{ anonymous: true, actions: ['pull'] }])).toBe(true);
    });

    it('is refused by a rule that denies to all, and by one that denies to the anonymous only', () => {
      const everybody = { anonymous: true };
      expect(asks(everybody, { effect: 'deny' })).toBe(false);
      expect(asks(everybody, { effect: 'deny', anonymous: true })).toBe(false);
      expect(allows([everybody, { effect: 'deny', anonymous: true }])).toBe(true);
      expect(asks(everybody, { effect: 'deny', principals: ['*'] })).toBe(true);
    });
  });

  describe('and tags', () => {
    const release = { actions: ['push', 'overwrite'], tags: ['v*', 'latest'] };
    const push = { action: 'push' } as const;

    it('lets who may set some tags push the content as well', () => {
      expect(allows([release], { ...push, tag: 'v1.2' })).toBe(true);
      expect(allows([release], { ...push, tag: 'dev' })).toBe(false);
      expect(allows([release], push)).toBe(true);
    });

    it('lets who may not set some tags push the content as well', () => {
      const rules = [{}, { ...release, effect: 'deny' }];
      expect(allows(rules, { ...push, tag: 'v1.2' })).toBe(false);
      expect(allows(rules, { ...push, tag: 'dev' })).toBe(true);
      expect(allows(rules, push)).toBe(true);
    });

    it('tells new tags from those that are there', () => {
      const rules = [{ actions: ['push'] }];
      expect(allows(rules, { action: 'push', tag: 'v1' })).toBe(true);
      expect(allows(rules, { action: 'overwrite', tag: 'v1' })).toBe(false);
    });
  });

  it('has the catalog, and the administration of all, apart from repositories', () => {
    expect(allows([{ actions: ['catalog'] }], { action: 'catalog' })).toBe(true);
    expect(allows([{ repositories: ['**'] }], { action: 'catalog' })).toBe(false);
    const policy = Policy.parse({ rules: [{ name: 'a', effect: 'allow', repositories: ['**'] }] });
    expect(policy.decide({ principal: ANNA, action: 'administer' }).isAllowed).toBe(false);
    expect(policy.decide({ principal: ANNA, action: 'administer', repository: 'a' }).isAllowed).toBe(true);
  });
});

describe('the order of rules', () => {
  const rule = fc.record({
    effect: fc.constantFrom('allow', 'deny'),
    repositories: fc.subarray(['team-a/*', '**', 'library/*', 'team-b/**'], { minLength: 1 }),
    actions: fc.subarray(['pull', 'push', 'overwrite', 'delete'], { minLength: 1 }),
    principals: fc.subarray(['anna', 'bert', 'a*'], { minLength: 1 }),
  });
  const rules = fc.array(rule, { maxLength: 6 });
  const request = fc.record({
    action: fc.constantFrom(...ACTIONS.filter((action) => action !== 'catalog')),
    repository: fc.constantFrom('team-a/app', 'library/ubuntu', 'team-b/x/y'),
  });

  it('means nothing', () => {
    fc.assert(
      fc.property(rules, request, (some, asked) => {
        expect(allows(some, asked)).toBe(allows(some.toReversed(), asked));
      }),
    );
  });

  it('is that some rule allows and none denies', () => {
    fc.assert(
      fc.property(rules, request, (some, asked) => {
        const holds = (one: Rule) => allows([{ ...one, effect: 'allow' }], asked);
        const matching = some.filter(holds).map(({ effect }) => effect);
        expect(allows(some, asked)).toBe(matching.includes('allow') && !matching.includes('deny'));
      }),
    );
  });
});

describe('explain', () => {
  const policy = Policy.parse({
    rules: [
      { name: 'developers', effect: 'allow', groups: ['developers'] },
      { name: 'all may pull', effect: 'allow', anonymous: true, actions: ['pull'] },
      { name: 'releases stay', effect: 'deny', actions: ['overwrite'], tags: ['v*'] },
    ],
  });

  it('names the rule that decides, and all that match', () => {
    const request = { principal: ANNA, action: 'overwrite', repository: 'a', tag: 'v1' } as const;
    expect(policy.explain(request)).toEqual({
      isAllowed: false,
      reason: 'releases stay',
      rule: { name: 'releases stay', effect: 'deny' },
      matching: ['developers', 'releases stay'],
    });
    expect(policy.explain({ ...request, action: 'pull' })).toMatchObject({
      isAllowed: true,
      reason: 'developers',
      matching: ['developers', 'all may pull'],
    });
  });

  it('says that none does', () => {
    expect(policy.explain({ principal: ANONYMOUS, action: 'push', repository: 'a' })).toEqual({
      isAllowed: false,
      reason: 'no rule allows it',
      rule: null,
      matching: [],
    });
  });

  it('decides as decide does', () => {
    for (const action of ACTIONS) {
      for (const principal of [ANNA, ANONYMOUS]) {
        const request = { principal, action, repository: 'a', tag: 'v1' };
        expect(policy.explain(request)).toMatchObject(policy.decide(request));
      }
    }
  });
});

describe('a policy that is wrong', () => {
  const rule = { name: 'a rule', effect: 'allow' };

  function problems(source: unknown): unknown[] {
    try {
      Policy.parse(source);
    } catch (error) {
      if (error instanceof PolicyError) return error.problems.map(({ rule, field, value }) => [rule, field, value]);
    }
    return [];
  }

  it.each([null, undefined, 'rules', [], 3])('cannot be %j', (source) => {
    expect(problems(source)).toEqual([[null, 'rules', undefined]]);
  });

  it.each<[string, unknown, unknown[]]>([
    ['no rules', { rules: {} }, [[null, 'rules', {}]]],
    ['an unknown key', { rules: [], rule: [] }, [[null, 'rule', undefined]]],
    ['a rule that is a text', { rules: ['pull'] }, [['#1', 'rule', 'pull']]],
    ['a rule without a name', { rules: [rule, { effect: 'deny' }] }, [['#2', 'name', undefined]]],
    ['two rules of one name', { rules: [rule, rule] }, [['a rule', 'name', 'a rule']]],
  ])('has %s', (_, source, expected) => {
    expect(problems(source)).toEqual(expected);
  });

  it.each<[Rule, string, unknown]>([
    [{ effect: 'Allow' }, 'effect', 'Allow'],
    [{ principal: ['anna'] }, 'principal', undefined],
    [{ principals: 'anna' }, 'principals', 'anna'],
    [{ principals: [] }, 'principals', []],
    [{ principals: [''] }, 'principals', ''],
    [{ groups: [7] }, 'groups', 7],
    [{ actions: ['pull', 'write'] }, 'actions', 'write'],
    [{ repositories: ['Team/*'] }, 'repositories', 'Team/*'],
    [{ repositories: ['a**'] }, 'repositories', 'a**'],
    [{ tags: ['v?'], actions: ['push'] }, 'tags', 'v?'],
    [{ tags: ['v*'] }, 'tags', ['v*']],
    [{ tags: ['v*'], actions: ['push', 'delete'] }, 'tags', ['v*']],
    [{ repositories: ['**'], actions: ['catalog'] }, 'repositories', ['**']],
    [{ anonymous: false }, 'anonymous', false],
    [{ anonymous: true, principals: ['a'] }, 'anonymous', true],
    [{ claims: ['sub'] }, 'claims', ['sub']],
    [{ claims: {} }, 'claims', {}],
    [{ claims: { sub: null } }, 'claims.sub', null],
    [{ claims: { sub: [] } }, 'claims.sub', []],
    [{ claims: { sub: { a: [null] } } }, 'claims.sub', { a: [null] }],
  ])('has the rule %j', (wrong, field, value) => {
    expect(problems({ rules: [{ ...rule, ...wrong }] })).toEqual([['a rule', field, value]]);
  });

  it('says all that is wrong, with the rule, the field and the value', () => {
    const source = { rules: [{ ...rule, actions: ['write'], color: 'red' }, { effect: 'no' }] };
    expect(() => Policy.parse(source)).toThrow(/^the rule a rule: color is not known; a rule has name, effect, .*$/m);
    expect(() => Policy.parse(source)).toThrow(/^the rule a rule: actions must be out of pull, .*, but is "write"$/m);
    expect(() => Policy.parse(source)).toThrow(/^the rule #2: effect must be allow or deny, but is "no"$/m);
  });
});
