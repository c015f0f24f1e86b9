import { compileWildcard, type Matcher } from './pattern.js';

/** Whether the value of a claim is as a rule wants it. */
export type ClaimCondition = (claim: unknown) => boolean;

/**
 * A condition as it stands in a policy: a text in which `*` stands for any characters, a number or truth value, a list of
 * them any of which will do, or an object of conditions for a claim that is an object. Undefined when it is nothing of these.
 */
export function compileClaim(condition: unknown): ClaimCondition | undefined {
  if (isObject(condition)) return compileObject(condition);
  const texts = Array.isArray(condition) ? condition : [condition];
  if (texts.length === 0 || !texts.every(isPlain)) return undefined;
  const matchers = texts.map((text) => compileWildcard(String(text)));
  return (claim) =>
    Array.isArray(claim) ? claim.some((one) => matchesAny(matchers, one)) : matchesAny(matchers, claim);
}

function compileObject(conditions: Readonly<Record<string, unknown>>): ClaimCondition | undefined {
  const compiled = Object.entries(conditions).map(([key, condition]) => ({ key, holds: compileClaim(condition) }));
  if (compiled.length === 0) return undefined;
  const complete = compiled.flatMap(({ key, holds }) => (holds ? [{ key, holds }] : []));
  if (complete.length < compiled.length) return undefined;
  return (claim) =>
    isObject(claim) && complete.every(({ key, holds }) => Object.hasOwn(claim, key) && holds(claim[key]));
}

function matchesAny(matchers: readonly Matcher[], claim: unknown): boolean {
  return isPlain(claim) && matchers.some((matches) => matches(String(claim)));
}

function isPlain(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
