/** Asks a client to come again in `wait` milliseconds: in whole seconds, and not at once. RFC 9110, section 10.2.3. */
export function retryAfter(wait: number): { 'Retry-After': string } {
  return { 'Retry-After': String(Math.max(1, Math.ceil(wait / 1000))) };
}
