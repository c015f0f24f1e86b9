import { Injectable } from '@nestjs/common';
import ipaddr from 'ipaddr.js';
import { LRUCache } from 'lru-cache';
import { type AccessRequest, Authorizer } from './authorizer.js';

/** Allows everything to whoever connects from this machine, and nothing to others: there are no accounts. */
@Injectable()
export class LoopbackAuthorizer extends Authorizer {
  /** Decisions by address: few addresses make many requests. */
  private readonly decisions = new LRUCache<string, boolean>({ max: 1000 });

  isAllowed({ remoteAddress }: AccessRequest): boolean {
    const known = this.decisions.get(remoteAddress);
    if (known !== undefined) return known;
    const isLoopback = ipaddr.isValid(remoteAddress) && ipaddr.process(remoteAddress).range() === 'loopback';
    this.decisions.set(remoteAddress, isLoopback);
    return isLoopback;
  }
}
