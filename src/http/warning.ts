import type { Response } from 'express';

const MAX_LENGTH = 512;

/** Adds a warning that clients show to people (distribution specification, "Warnings"). */
export function warn(response: Response, text: string): void {
  const quoted = text
    .slice(0, MAX_LENGTH)
    .replace(/[^\x20-\x7e]/g, '?')
    .replace(/["\\]/g, '\\$&');
  response.append('Warning', `299 - "${quoted}"`);
}
