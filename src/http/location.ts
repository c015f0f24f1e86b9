import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { RegistryConfig } from '../config/index.js';

type TrustFunction = (address: string, hop: number) => boolean;

/** Makes the URLs that answers carry, as the client has to ask for them. */
@Injectable()
export class LocationBuilder {
  constructor(private readonly config: RegistryConfig) {}

  /** The value of a Location header for `path`: absolute or a path, as configured. */
  to(request: Request, path: string): string {
    const { publicUrl, location } = this.config.http;
    if (publicUrl !== undefined) return publicUrl.replace(/\/$/, '') + path;
    const local = this.pathTo(request, path);
    // Express looks at X-Forwarded-Proto and -Host only when the peer is a trusted proxy.
    return location === 'absolute' ? `${request.protocol}://${request.host}${local}` : local;
  }

  /** `path` below the prefix that a trusted proxy took off. */
  pathTo(request: Request, path: string): string {
    const prefix = request.headers['x-forwarded-prefix'];
    if (typeof prefix !== 'string' || !/^(?:\/[\w.~-]+)+\/?$/.test(prefix)) return path;
    const isTrusted: TrustFunction = request.app.get('trust proxy fn');
    return isTrusted(request.socket.remoteAddress ?? '', 0) ? prefix.replace(/\/$/, '') + path : path;
  }
}
