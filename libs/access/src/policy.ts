import { ACTIONS, type Action } from './action.js';
import { Authorizer, type Decision } from './authorizer.js';
import { parseRule } from './parse-rule.js';
import { PolicyError, type PolicyProblem } from './policy-error.js';
import type { Principal } from './principal.js';
import type { Effect, PolicyRequest, Rule } from './rule.js';

/** A decision with what led to it. */
export interface Explanation extends Decision {
  /** The rule that decided; null when none matched. */
  readonly rule: { readonly name: string; readonly effect: Effect } | null;
  /** The names of all rules that match, in the order of the policy. */
  readonly matching: readonly string[];
}

const NO_RULE: Decision = Object.freeze({ isAllowed: false, reason: 'no rule allows it' });

/** A rule with the decision that it leads to. */
interface Branch {
  readonly rule: Rule;
  readonly decision: Decision;
}

type BranchesByAction = ReadonlyMap<Action, readonly Branch[]>;

/**
 * Rules that say who may do what. A rule matches when all its conditions hold. If any rule that denies matches, the request
 * is refused; otherwise it is allowed if any rule that allows matches, and refused if none does. So the order of the rules
 * means nothing, and adding a rule that denies never allows more.
 */
export class Policy extends Authorizer {
  /** Those that deny come first. */
  private readonly branches: readonly Branch[];
  /** Most principals ask more than once. */
  private readonly known = new WeakMap<Principal, BranchesByAction>();

  private constructor(private readonly rules: readonly Rule[]) {
    super();
    const ordered = [...ofEffect(rules, 'deny'), ...ofEffect(rules, 'allow')];
    this.branches = ordered.map((rule) => ({
      rule,
      decision: Object.freeze({ isAllowed: rule.effect === 'allow', reason: rule.name }),
    }));
  }

  /** Reads `{ rules: [...] }`, as it comes out of a YAML or JSON file. Throws a `PolicyError` with all that is wrong. */
  static parse(source: unknown): Policy {
    const problems: PolicyProblem[] = [];
    const rules = rulesIn(source, problems).flatMap((rule, index) => parseRule(rule, `#${index + 1}`, problems) ?? []);
    const names = rules.map(({ name }) => name);
    for (const name of new Set(names.filter((name, index) => names.indexOf(name) !== index))) {
      problems.push({ rule: name, field: 'name', value: name, problem: 'must not be that of another rule' });
    }
    if (problems.length > 0) throw new PolicyError(problems);
    return new Policy(rules);
  }

  decide(request: PolicyRequest): Decision {
    for (const { rule, decision } of this.branchesFor(request.principal).get(request.action) ?? []) {
      if (rule.isAbout(request)) return decision;
    }
    return NO_RULE;
  }

  explain(request: PolicyRequest): Explanation {
    const matching = this.rules.filter(
      (rule) => rule.isFor(request.action) && rule.isForWhom(request.principal) && rule.isAbout(request),
    );
    const [rule] = [...ofEffect(matching, 'deny'), ...ofEffect(matching, 'allow')];
    return {
      ...this.decide(request),
      rule: rule ? { name: rule.name, effect: rule.effect } : null,
      matching: matching.map(({ name }) => name),
    };
  }

  private branchesFor(principal: Principal): BranchesByAction {
    const known = this.known.get(principal);
    if (known) return known;
    const all = this.branches.filter(({ rule }) => rule.isForWhom(principal));
    const branches = new Map(ACTIONS.map((action) => [action, all.filter(({ rule }) => rule.isFor(action))]));
    this.known.set(principal, branches);
    return branches;
  }
}

function ofEffect(rules: readonly Rule[], effect: Effect): Rule[] {
  return rules.filter((rule) => rule.effect === effect);
}

function rulesIn(source: unknown, problems: PolicyProblem[]): unknown[] {
  const isMapping = typeof source === 'object' && source !== null && !Array.isArray(source);
  const { rules, ...others } = isMapping ? (source as Readonly<Record<string, unknown>>) : {};
  for (const key of Object.keys(others)) {
    problems.push({ rule: null, field: key, value: undefined, problem: 'is not known; a policy has rules' });
  }
  if (Array.isArray(rules)) return rules;
  problems.push({ rule: null, field: 'rules', value: rules, problem: 'must be a list of rules' });
  return [];
}
