import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { HttpConfig } from '../config/index.js';
import { bringsContent } from './brings-content.js';
import { directBodyOf } from './direct-body.js';

/** How often each body is looked at within the time for which it may be silent. */
const LOOKS = 30;

/** A body that comes in, and the bytes by which it is ahead of the slowest that is let through. */
interface Incoming {
  bytesRead: number;
  lead: number;
}

/**
 * Cuts off connections whose client sends the body of a request more slowly than `minUploadRate`: one byte now and then would
 * hold a connection, and the upload, for ever. Each client begins as far ahead as it can be, so that it may be silent for
 * `idleTimeout`, and slow for a while after it was fast. Time in which the registry takes nothing is not the client's.
 */
export function cutSlowBodies({ minUploadRate, idleTimeout }: HttpConfig): RequestHandler {
  const interval = Math.max(1, idleTimeout / LOOKS);
  const due = (minUploadRate * interval) / 1000;
  const lead = due * LOOKS;
  const bodies = new Map<Request, Incoming>();
  let timer: NodeJS.Timeout | undefined;

  const look = () => {
    for (const [request, body] of bodies) {
      if (request.complete || request.socket.destroyed) bodies.delete(request);
      else if (isTooSlow(request, body)) request.socket.destroy();
    }
    if (bodies.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
  const isTooSlow = (request: Request, body: Incoming) => {
    const { bytesRead } = request.socket;
    const fallsBehind = isWanted(request) ? due : 0;
    body.lead = Math.min(lead, body.lead + bytesRead - body.bytesRead - fallsBehind);
    body.bytesRead = bytesRead;
    return body.lead < 0;
  };

  return (request: Request, response: Response, next: NextFunction) => {
    if (bringsContent(request)) {
      bodies.set(request, { bytesRead: request.socket.bytesRead, lead });
      timer ??= setInterval(look, interval).unref();
      // What is left of a body that nobody wanted is watched on.
      response.on('close', () => request.complete && bodies.delete(request));
    }
    next();
  };
}

/** Whether there is nothing of the body that the registry could take. */
function isWanted(request: Request): boolean {
  const direct = directBodyOf(request);
  return direct ? !direct.isPaused : request.readableLength === 0;
}
