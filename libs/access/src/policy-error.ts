import { AccessError } from './access-error.js';

/** One thing that is wrong in a policy. */
export interface PolicyProblem {
  /** The name of the rule, or its place such as `#3` where it has none; null for the policy itself. */
  readonly rule: string | null;
  /** Such as `repositories`, or `claims.sub`. */
  readonly field: string;
  /** As it stands in the policy. */
  readonly value: unknown;
  /** What is wrong, as the rest of a sentence that begins with the field. */
  readonly problem: string;
}

/** Everything that is wrong in a policy. */
export class PolicyError extends AccessError {
  override readonly name = 'PolicyError';

  constructor(readonly problems: readonly PolicyProblem[]) {
    super(problems.map(describe).join('\n'));
  }
}

function describe({ rule, field, value, problem }: PolicyProblem): string {
  const place = rule === null ? 'the policy' : `the rule ${rule}`;
  return `${place}: ${field} ${problem}${value === undefined ? '' : `, but is ${JSON.stringify(value)}`}`;
}
