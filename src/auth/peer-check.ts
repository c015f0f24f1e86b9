import ipaddr from 'ipaddr.js';
import { LRUCache } from 'lru-cache';

/** Lets connections in from everywhere or, where there is no login, from this machine only. */
export class PeerCheck {
  /** By address: few addresses make many requests. */
  private readonly known = new LRUCache<string, boolean>({ max: 1000 });

  constructor(private readonly onlyLocal: boolean) {}

  admits(address = ''): boolean {
    if (!this.onlyLocal) return true;
    const known = this.known.get(address);
    if (known !== undefined) return known;
    const isLocal = ipaddr.isValid(address) && ipaddr.process(address).range() === 'loopback';
    this.known.set(address, isLocal);
    return isLocal;
  }
}
