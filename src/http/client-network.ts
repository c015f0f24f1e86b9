import ipaddr from 'ipaddr.js';
import { LRUCache } from 'lru-cache';

/** Few addresses make many requests. */
const known = new LRUCache<string, string>({ max: 1000 });

/**
 * What an address is counted as: an IPv4 address as itself, however it is written, and one of IPv6 as its /64, all of which a
 * single client has for itself. What is no address, which only a trusted proxy can give, is left as it is.
 */
export function clientNetworkOf(address: string): string {
  const found = known.get(address);
  if (found !== undefined) return found;
  const network = networkOf(address);
  known.set(address, network);
  return network;
}

function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address.slice(0, 64);
  const parsed = ipaddr.process(address);
  if (parsed instanceof ipaddr.IPv4) return parsed.toString();
  return `${parsed.parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(':')}::/64`;
}
