import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import { remoteAddressOf } from '../http/index.js';
import { ACCESS_MESSAGE, type AccessEntry } from './access-entry.js';
import type { Logger } from './logger.js';

const REQUEST_ID = /^[\w.-]{1,128}$/;
const LONGEST_USER_AGENT = 256;
/** As nginx has it: the client closed the connection. */
const CLIENT_CLOSED_REQUEST = 499;

/**
 * Logs one line for each request when its answer is complete or given up. The id of the request is the client's
 * `X-Request-Id` if it is plain, else a new one; it is sent back and left in `response.locals.requestId`.
 */
export function accessLog(logger: Logger): RequestHandler {
  return (request, response, next) => {
    const start = performance.now();
    // Taken now, because a closed connection no longer knows its address.
    const { socket } = request;
    const remoteAddress = remoteAddressOf(request);
    const bytesBefore = socket.bytesWritten;
    const requestId = requestIdOf(request);
    response.locals.requestId = requestId;
    response.setHeader('X-Request-Id', requestId);
    response.on('close', () => {
      const entry: AccessEntry = {
        method: request.method,
        route: response.locals.route,
        name: response.locals.name,
        path: pathOf(request.originalUrl),
        status: statusOf(response),
        bytes: socket.bytesWritten - bytesBefore + (response.locals.directBytes ?? 0),
        sentByProxy: response.locals.sentByProxy,
        duration: Math.round((performance.now() - start) * 10) / 10,
        requestId,
        remoteAddress,
        userAgent: request.headers['user-agent']?.slice(0, LONGEST_USER_AGENT),
      };
      logger.info(entry, ACCESS_MESSAGE);
    });
    next();
  };
}

function requestIdOf(request: Request): string {
  const id = request.headers['x-request-id'];
  return typeof id === 'string' && REQUEST_ID.test(id) ? id : randomUUID();
}

/** The path of a request target. The absolute form of a target, meant for proxies, can hold a login as well. */
function pathOf(target: string): string {
  const query = target.indexOf('?');
  const path = query === -1 ? target : target.slice(0, query);
  return path.startsWith('/') ? path : path.replace(/^\w+:\/\/[^/]*/, '');
}

/** 500 where the answer broke off on our side, whatever its headers had promised. */
function statusOf(response: Response): number {
  if (response.writableFinished) return response.statusCode;
  return response.errored ? 500 : CLIENT_CLOSED_REQUEST;
}
