import { Injectable } from '@nestjs/common';
import ipaddr from 'ipaddr.js';
import { type AccessRequest, Authorizer } from './authorizer.js';

/** Allows everything to whoever connects from this machine, and nothing to others: there are no accounts. */
@Injectable()
export class LoopbackAuthorizer extends Authorizer {
  isAllowed({ remoteAddress }: AccessRequest): boolean {
    return ipaddr.isValid(remoteAddress) && ipaddr.process(remoteAddress).range() === 'loopback';
  }
}
