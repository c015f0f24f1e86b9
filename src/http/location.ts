import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { RegistryConfig } from '../config/index.js';
import { isFromTrustedProxy } from './trusted-proxy.js';

/** Makes the URLs that answers carry, as the client has to ask for them. */
@Injectable()
export class LocationBuilder {
  constructor(private readonly config: RegistryConfig) {}

  /** The value of a Location header for `path`: absolute or a path, as configured. */
  to(request: Request, path: string): string {
    const { publicUrl, location } = this.config.http;
    if (publicUrl !== undefined) return below(publicUrl, path);
    const local = this.pathTo(request, path);
    // Express looks at X-Forwarded-Proto and -Host only when the peer is a trusted proxy. HTTP/1.0 may name no host.
    const isAbsolute = location === 'absolute' && request.host !== undefined;
    return isAbsolute ? `${request.protocol}://${request.host}${local}` : local;
  }

  /** The whole URL of `path`. Where no public URL is configured, the host is what the request names. */
  urlTo(request: Request, path: string): string {
    const { publicUrl } = this.config.http;
    if (publicUrl !== undefined) return below(publicUrl, path);
    // HTTP/1.0 may name no host.
    const { localAddress, localPort } = request.socket;
    const host = request.host ?? `${localAddress?.includes(':') ? `[${localAddress}]` : localAddress}:${localPort}`;
    return `${request.protocol}://${host}${this.pathTo(request, path)}`;
  }

  /** `path` as the client sees it: below the path of the public URL, or the prefix that a trusted proxy took off. */
  pathTo(request: Request, path: string): string {
    const { publicUrl } = this.config.http;
    if (publicUrl !== undefined) return below(new URL(publicUrl).pathname, path);
    const prefix = request.headers['x-forwarded-prefix'];
    if (typeof prefix !== 'string' || !/^(?:\/[\w.~-]+)+\/?$/.test(prefix)) return path;
    return isFromTrustedProxy(request) ? below(prefix, path) : path;
  }
}

function below(base: string, path: string): string {
  return base.replace(/\/$/, '') + path;
}
