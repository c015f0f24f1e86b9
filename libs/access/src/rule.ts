import type { Action } from './action.js';
import type { AccessRequest } from './authorizer.js';
import type { ClaimCondition } from './claim-condition.js';
import type { Matcher } from './pattern.js';
import type { Principal } from './principal.js';

export type Effect = 'allow' | 'deny';

/** What a rule says, with its patterns compiled. A condition that is absent holds for all. */
export interface RuleConditions {
  readonly principals?: readonly Matcher[];
  readonly groups?: readonly Matcher[];
  readonly authenticators?: readonly string[];
  readonly claims?: ClaimCondition;
  readonly anonymous: boolean;
  readonly repositories?: readonly Matcher[];
  readonly tags?: readonly Matcher[];
  readonly actions: ReadonlySet<Action>;
}

/** A request to the policy: it does not look at the address. */
export type PolicyRequest = Omit<AccessRequest, 'remoteAddress'>;

/** One rule of a policy. */
export class Rule {
  constructor(
    readonly name: string,
    readonly effect: Effect,
    private readonly conditions: RuleConditions,
  ) {}

  isFor(action: Action): boolean {
    return this.conditions.actions.has(action);
  }

  /** Whether the conditions hold for what it is done to. */
  isAbout({ repository, tag }: PolicyRequest): boolean {
    return this.isForRepository(repository) && this.isForTag(tag);
  }

  /** Whether the conditions hold for who wants to do it. */
  isForWhom(principal: Principal): boolean {
    const { principals, groups, authenticators, claims, anonymous } = this.conditions;
    if (anonymous) return this.effect === 'allow' || principal.isAnonymous;
    if (principal.isAnonymous) return this.effect === 'deny' && !principals && !groups && !authenticators && !claims;
    return (
      (!principals || principals.some((matches) => matches(principal.name))) &&
      (!groups || groups.some((matches) => principal.groups.some(matches))) &&
      (!authenticators || authenticators.includes(principal.authenticator)) &&
      (!claims || claims(principal.claims))
    );
  }

  private isForRepository(repository: string | undefined): boolean {
    const { repositories } = this.conditions;
    if (!repositories) return true;
    return repository !== undefined && repositories.some((matches) => matches(repository));
  }

  /** Without content no tag is set: who may set some tags may push that, and who may not set others, too. */
  private isForTag(tag: string | undefined): boolean {
    const { tags } = this.conditions;
    if (!tags) return true;
    return tag === undefined ? this.effect === 'allow' : tags.some((matches) => matches(tag));
  }
}
