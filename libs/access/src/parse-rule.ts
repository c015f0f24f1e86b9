import { ACTIONS, type Action } from './action.js';
import { compileClaim } from './claim-condition.js';
import { compileNamePattern, compileWildcard, problemOfNamePattern } from './pattern.js';
import type { PolicyProblem } from './policy-error.js';
import { type Effect, Rule } from './rule.js';

const KEYS = [
  'name',
  'effect',
  'principals',
  'groups',
  'authenticators',
  'claims',
  'anonymous',
  'repositories',
  'tags',
  'actions',
] as const;
const WHO = ['principals', 'groups', 'authenticators', 'claims'] as const;
const ON_TAGS: readonly string[] = ['push', 'overwrite'] satisfies Action[];

type Source = Readonly<Record<(typeof KEYS)[number], unknown>>;
type Report = (field: string, problem: string, value?: unknown) => void;

/** Reads a rule; what is wrong with it goes to `problems`. `place` names it where it has no name. */
export function parseRule(source: unknown, place: string, problems: PolicyProblem[]): Rule | undefined {
  if (typeof source !== 'object' || source === null || Array.isArray(source)) {
    problems.push({ rule: place, field: 'rule', value: source, problem: 'must be a mapping' });
    return undefined;
  }
  const rule = source as Source;
  const hasName = typeof rule.name === 'string' && rule.name !== '';
  const before = problems.length;
  const report: Report = (field, problem, value) => {
    problems.push({ rule: hasName ? String(rule.name) : place, field, value, problem });
  };
  if (!hasName) report('name', 'must be a text', rule.name);
  for (const key of Object.keys(rule).filter((key) => !KEYS.some((known) => known === key))) {
    report(key, `is not known; a rule has ${KEYS.join(', ')}`);
  }
  if (rule.effect !== 'allow' && rule.effect !== 'deny') report('effect', 'must be allow or deny', rule.effect);
  if (rule.anonymous !== undefined && rule.anonymous !== true) report('anonymous', 'can only be true', rule.anonymous);
  checkTogether(rule, report);
  const conditions = compile(rule, report);
  return problems.length > before ? undefined : new Rule(String(rule.name), rule.effect as Effect, conditions);
}

function compile(rule: Source, report: Report) {
  const texts = (field: keyof Source, problemOf?: (text: string) => string | undefined) =>
    readTexts(rule[field], problemOf, (problem, value) => report(field, problem, value));
  const principals = texts('principals')?.map(compileWildcard);
  const groups = texts('groups')?.map(compileWildcard);
  const authenticators = texts('authenticators');
  const repositories = texts('repositories', problemOfNamePattern)?.map(compileNamePattern);
  const tags = texts('tags', problemOfTagPattern)?.map(compileWildcard);
  const claims = readClaims(rule.claims, report);
  return {
    ...(principals && { principals }),
    ...(groups && { groups }),
    ...(authenticators && { authenticators }),
    ...(claims && { claims }),
    ...(repositories && { repositories }),
    ...(tags && { tags }),
    anonymous: rule.anonymous === true,
    actions: new Set((texts('actions', problemOfAction) ?? ACTIONS) as readonly Action[]),
  };
}

/** What makes no sense side by side: it would never match, or match less than it seems to. */
function checkTogether(rule: Source, report: Report): void {
  const who = WHO.filter((field) => rule[field] !== undefined);
  if (rule.anonymous === true && who.length > 0) report('anonymous', `cannot stand beside ${who.join(', ')}`, true);
  const actions = Array.isArray(rule.actions) ? rule.actions : undefined;
  if (rule.tags !== undefined && !actions?.every((action) => ON_TAGS.includes(action))) {
    report('tags', 'needs actions out of push and overwrite, which are all that sets tags', rule.tags);
  }
  if (rule.repositories !== undefined && actions?.includes('catalog')) {
    report(
      'repositories',
      'cannot stand beside the action catalog, which is for the whole registry',
      rule.repositories,
    );
  }
}

function readTexts(
  value: unknown,
  problemOf: ((text: string) => string | undefined) | undefined,
  report: (problem: string, value: unknown) => void,
): string[] | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || value.length === 0) {
    report('must be a list with at least one entry', value);
    return undefined;
  }
  const texts = value.filter((entry) => typeof entry === 'string' && entry !== '');
  for (const entry of value.filter((entry) => !texts.includes(entry))) report('must hold texts', entry);
  for (const text of texts) {
    const problem = problemOf?.(text);
    if (problem !== undefined) report(problem, text);
  }
  return texts;
}

function readClaims(value: unknown, report: Report) {
  if (value === undefined) return undefined;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    report('claims', 'must be a mapping of claims to texts', value);
    return undefined;
  }
  for (const [key, condition] of Object.entries(value)) {
    if (!compileClaim(condition))
      report(`claims.${key}`, 'must be a text, a list of texts or a mapping of them', condition);
  }
  const compiled = compileClaim(value);
  if (Object.keys(value).length === 0) report('claims', 'must name at least one claim', value);
  return compiled;
}

function problemOfAction(text: string): string | undefined {
  return ACTIONS.some((action) => action === text) ? undefined : `must be out of ${ACTIONS.join(', ')}`;
}

function problemOfTagPattern(text: string): string | undefined {
  return /^[\w.*-]+$/.test(text) ? undefined : 'must be of letters, digits and the characters _ . - *';
}
