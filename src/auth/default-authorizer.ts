import { type AccessRequest, Authorizer, type Decision } from '#libs/access';

const ANONYMOUS: Decision = Object.freeze({
  isAllowed: false,
  reason: 'there is no policy: who has not logged in may do nothing',
});
const KNOWN: Decision = Object.freeze({
  isAllowed: true,
  reason: 'there is no policy: who has logged in may pull and push',
});
const ADMINISTRATOR: Decision = Object.freeze({ isAllowed: true, reason: 'is one of the administrators' });
const NOT_ADMINISTRATOR: Decision = Object.freeze({ isAllowed: false, reason: 'is none of the administrators' });

/** What holds without a policy: who has logged in may pull, push and overwrite; only administrators delete and administer. */
export class DefaultAuthorizer extends Authorizer {
  private readonly administrators: ReadonlySet<string>;

  constructor(administrators: readonly string[]) {
    super();
    this.administrators = new Set(administrators);
  }

  override decide({ principal, action }: AccessRequest): Decision {
    if (principal.isAnonymous) return ANONYMOUS;
    if (action !== 'delete' && action !== 'administer') return KNOWN;
    return this.administrators.has(principal.name) ? ADMINISTRATOR : NOT_ADMINISTRATOR;
  }
}
