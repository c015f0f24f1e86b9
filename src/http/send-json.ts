import type { Response } from 'express';

/** Sends JSON under the exact media type: Express would add a charset, which clients take for another type. */
export function sendJson(response: Response, value: object, mediaType = 'application/json'): void {
  const body = Buffer.from(JSON.stringify(value));
  response.setHeader('Content-Type', mediaType);
  response.setHeader('Content-Length', body.length);
  response.end(body);
}
