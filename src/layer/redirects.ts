import { BlockList, isIP, isIPv6 } from 'node:net';
import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { StorageConfig } from '../config/index.js';
import type { Layer } from './layer.js';

/** Conditions that the store would judge by its own entity tag and date of the object. */
const CONDITIONS = ['if-match', 'if-modified-since', 'if-range', 'if-unmodified-since'];

/** Sends clients to the store for large blobs, where the driver has URLs for them. */
@Injectable()
export class Redirects {
  private readonly minSize: number;
  /** Null where all clients may be redirected. */
  private readonly networks: BlockList | null;

  constructor({ redirect }: StorageConfig) {
    this.minSize = redirect.minSize;
    this.networks = redirect.networks.length > 0 ? listOf(redirect.networks) : null;
  }

  /** Where a GET of `layer` finds the content; null where the registry has to send it itself. */
  async urlFor(layer: Layer, request: Request): Promise<string | null> {
    if (layer.size < this.minSize || CONDITIONS.some((name) => name in request.headers)) return null;
    // Behind a trusted proxy, as the proxy gives it.
    const remoteAddress = request.ip ?? '';
    if (this.networks && !includes(this.networks, remoteAddress)) return null;
    return layer.redirectUrl({ method: request.method, remoteAddress });
  }
}

function listOf(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', prefix] = range.split('/');
    if (prefix === undefined) list.addAddress(address, familyOf(address));
    else list.addSubnet(address, Number(prefix), familyOf(address));
  }
  return list;
}

/** An IPv4 address may come in the form of IPv6. */
function includes(networks: BlockList, address: string): boolean {
  return isIP(address) !== 0 && networks.check(address, familyOf(address));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}
