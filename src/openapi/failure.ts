import type { ResponseObject } from '@nestjs/swagger';
import type { OciError } from '#libs/oci';
import { errorBody } from '../http/index.js';
import { type HeaderName, headerReferences, isHeaderName } from './headers.js';
import { schemaReference } from './schemas.js';

/** A way in which an operation can fail. */
export interface Failure {
  /** When it does, as the end of a sentence that begins with "when". */
  readonly when: string;
  /** What is answered then. */
  readonly error: OciError;
  /** Headers that the answer has besides those of the error. */
  readonly headers?: readonly HeaderName[];
}

export function failure(when: string, error: OciError, headers: readonly HeaderName[] = []): Failure {
  return { when, error, headers };
}

/** The answers of failures by status, each with the body of every failure that has this status. */
export function failureResponses(failures: readonly Failure[]): Record<number, ResponseObject> {
  const byStatus = Map.groupBy(failures, ({ error }) => error.status);
  return Object.fromEntries([...byStatus].map(([status, group]) => [status, failureResponse(group)]));
}

function failureResponse(failures: readonly Failure[]): ResponseObject {
  const names = failures.flatMap(({ error, headers = [] }) => [
    ...Object.keys(error.headers).filter(isHeaderName),
    ...headers,
  ]);
  const headers = headerReferences(...new Set(names));
  return {
    description: failures.map(({ when, error }) => `\`${error.code}\` when ${when}.`).join(' '),
    headers,
    content: { 'application/json': { schema: schemaReference('ErrorBody'), examples: examplesOf(failures) } },
  };
}

function examplesOf(failures: readonly Failure[]): Record<string, { summary: string; value: unknown }> {
  return Object.fromEntries(
    failures.map(({ when, error }, index) => [
      failures.length === 1 ? error.code : `${error.code}-${index + 1}`,
      { summary: `When ${when}`, value: JSON.parse(errorBody([error]).toString()) },
    ]),
  );
}
