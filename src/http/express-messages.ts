import { IncomingMessage, type ServerOptions, ServerResponse } from 'node:http';
import type { Application } from 'express';

/** What Express gives all requests and responses as their prototype. */
interface Prototypes {
  request: object;
  response: object;
}

/**
 * Has Node make requests and responses that are Express's from the start. Express would change the prototype of each
 * when it comes, and V8 then forgets what it knew about them.
 */
export function messagesOf(app: Application): Pick<ServerOptions, 'IncomingMessage' | 'ServerResponse'> {
  class ExpressRequest extends IncomingMessage {}
  class ExpressResponse<T extends IncomingMessage> extends ServerResponse<T> {}
  const prototypes = app as unknown as Prototypes;
  Object.setPrototypeOf(ExpressRequest.prototype, prototypes.request);
  Object.setPrototypeOf(ExpressResponse.prototype, prototypes.response);
  prototypes.request = ExpressRequest.prototype;
  prototypes.response = ExpressResponse.prototype;
  return { IncomingMessage: ExpressRequest, ServerResponse: ExpressResponse };
}
