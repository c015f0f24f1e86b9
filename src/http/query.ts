import type { Request } from 'express';

/** All values of a query parameter that may be repeated. */
export function queryTexts(request: Request, name: string): string[] {
  const value = request.query[name];
  const values = Array.isArray(value) ? value : [value];
  return values.filter((entry) => typeof entry === 'string');
}

/** The value of a query parameter; undefined when it is empty, not there, or there several times. */
export function queryText(request: Request, name: string): string | undefined {
  const value = request.query[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** What `parse` makes of `text`; undefined when there is no text, or `parse` throws. */
export function readOrUndefined<T>(parse: (text: string) => T, text: string | undefined): T | undefined {
  if (text === undefined) return undefined;
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}
