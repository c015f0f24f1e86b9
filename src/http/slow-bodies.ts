import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { HttpConfig } from '../config/index.js';
import { bringsContent } from './brings-content.js';
import { directBodyOf } from './direct-body.js';

/** How often each body is looked at within the time for which it may be silent. */
const LOOKS = 30;

/** A body that comes in. */
interface Incoming {
  bytesRead: number;
  /** Bytes by which it is ahead of the slowest that is let through. */
  lead: number;
  /** Looks that have passed since it was silent first. */
  silence: number;
}

/**
 * Cuts off connections whose client sends nothing of the body of a request for `idleTimeout`, or sends it more slowly than
 * `minUploadRate`: one byte now and then would hold a connection, and the upload, for ever. Each client begins as far ahead as
 * it can be, so that it may be slow for a while after it was fast. Time in which the registry takes nothing is not the client's,
 * and neither is time in which the process stands still: it is looks that are counted.
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
    const received = bytesRead - body.bytesRead;
    const isWaitedFor = isWanted(request);
    body.bytesRead = bytesRead;
    body.lead = Math.min(lead, body.lead + received - (isWaitedFor ? due : 0));
    body.silence = isWaitedFor && received === 0 ? body.silence + 1 : 0;
    return body.lead < 0 || body.silence > LOOKS;
  };

  return (request: Request, response: Response, next: NextFunction) => {
    if (bringsContent(request)) {
      bodies.set(request, { bytesRead: request.socket.bytesRead, lead, silence: 0 });
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
