import { Authorizer, type Decision } from '#libs/access';

const ALLOWED: Decision = Object.freeze({ isAllowed: true, reason: 'there is no login' });

/** Lets everybody do everything. */
export class EverybodyAuthorizer extends Authorizer {
  override decide(): Decision {
    return ALLOWED;
  }
}
