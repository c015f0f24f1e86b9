import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import type { Request } from 'express';
import { isObject, JsonError, OciError, parseJson } from '#libs/oci';
import { readBody } from './read-body.js';

/**
 * Reads a JSON body as an instance of a class whose fields say with class-validator what they may be. Throws `UNSUPPORTED`
 * with status 400 and all that is wrong, with status 415 for another media type, and `SIZE_INVALID` with status 413 as
 * soon as the body passes `limit` bytes.
 */
export async function readJson<T extends object>(request: Request, type: new () => T, limit: number): Promise<T> {
  if (!request.is('application/json')) {
    throw new OciError('UNSUPPORTED', undefined, { status: 415, message: 'the body must be application/json' });
  }
  const value = parse(await readBody(request, limit));
  const instance = plainToInstance(type, value);
  const errors = validateSync(instance, { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: true });
  if (errors.length > 0) throw invalid(errors.flatMap((error) => rulesOf(error)));
  return instance;
}

function parse(content: Buffer): Record<string, unknown> {
  try {
    const value = parseJson(content);
    if (isObject(value)) return value;
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
  }
  throw invalid(['the body must be a JSON object']);
}

interface Problem {
  readonly property: string;
  readonly constraints?: Readonly<Record<string, string>>;
  readonly children?: readonly Problem[];
}

function rulesOf({ property, constraints = {}, children = [] }: Problem, parent = ''): string[] {
  const path = `${parent}${property}`;
  const own = Object.values(constraints).map((rule) =>
    rule.startsWith(property) ? `${parent}${rule}` : `${path}: ${rule}`,
  );
  return [...own, ...children.flatMap((child) => rulesOf(child, `${path}.`))];
}

function invalid(rules: readonly string[]): OciError {
  return new OciError('UNSUPPORTED', { rules }, { status: 400, message: rules.join('; ') });
}
