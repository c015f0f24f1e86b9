import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { HttpConfig } from '../config/index.js';
import { isFromTrustedProxy } from '../http/index.js';
import type { Layer } from './layer.js';

/** Conditions that proxies judge by the file, and not all alike. */
const CONDITIONS = ['if-match', 'if-modified-since', 'if-unmodified-since'];

/** Lets the proxy in front send the files of blobs, where the configuration says that it knows how. */
@Injectable()
export class Sendfile {
  constructor(private readonly config: HttpConfig) {}

  /**
   * Name and value of the header that makes the proxy answer a GET with the file of `layer`; null where the registry
   * has to send it itself.
   */
  headerFor(layer: Layer, request: Request): readonly [string, string] | null {
    const { sendfile, sendfilePrefix } = this.config;
    if (sendfile === 'off' || !isForwarded(request) || CONDITIONS.some((name) => name in request.headers)) return null;
    const { file } = layer;
    if (!file) return null;
    return sendfile === 'x-sendfile'
      ? ['X-Sendfile', file.root + file.path]
      : ['X-Accel-Redirect', sendfilePrefix + file.path];
  }
}

/**
 * A client that asks directly would get nothing of the blob, and learn where it lies. On the machine of the proxy such a
 * client has the same address; what it does not have is the header that a proxy adds.
 */
function isForwarded(request: Request): boolean {
  return 'x-forwarded-for' in request.headers && isFromTrustedProxy(request);
}
