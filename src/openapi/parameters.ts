import { EXAMPLE_DIGEST } from '../http/index.js';
import type { Parameter } from './describe-operation.js';

const quoted = `"${EXAMPLE_DIGEST}"`;

/** Parameters of lists. */
export const PAGE_SIZE: Parameter = {
  name: 'n',
  in: 'query',
  description: 'How many entries to return at most.',
  schema: { type: 'integer', minimum: 0, maximum: 999_999_999, example: 100 },
};

/** Conditions on what a client has, or on what a change replaces (RFC 9110, section 13.1). */
export const IF_NONE_MATCH: Parameter = {
  name: 'If-None-Match',
  in: 'header',
  description:
    'Entity tags of content that the client has: where the answer would be one of them, it is a 304 instead.',
  schema: { type: 'string', example: quoted },
};

export const IF_MATCH_CHANGE: Parameter = {
  name: 'If-Match',
  in: 'header',
  description: 'Change only what is now one of these entity tags; `*` stands for anything that is there.',
  schema: { type: 'string', example: quoted },
};

export const IF_NONE_MATCH_CHANGE: Parameter = {
  name: 'If-None-Match',
  in: 'header',
  description: 'Change nothing that is now one of these entity tags; `*` stands for anything that is there.',
  schema: { type: 'string', example: '*' },
};

/** Parameters of uploads. */
export const CONTENT_LENGTH: Parameter = {
  name: 'Content-Length',
  in: 'header',
  description: 'Size of the body, in bytes; not needed where the body is streamed.',
  schema: { type: 'integer', format: 'int64', minimum: 0, example: 1_048_576 },
};

export const CONTENT_RANGE: Parameter = {
  name: 'Content-Range',
  in: 'header',
  description:
    'Where the chunk stands: its first and last byte. It has to begin where the upload ends. Absent: it is appended.',
  schema: { type: 'string', pattern: String.raw`^(bytes[ =])?\d+-\d+(/(\d+|\*))?$`, example: '0-1048575' },
};

export const TOTAL_SIZE: Parameter = {
  name: 'size',
  in: 'query',
  description: 'Size of the whole blob, in bytes, to be checked; a negative number is not checked.',
  schema: { type: 'integer', format: 'int64', example: 1_048_576 },
};

/** The entry behind which a page of a list begins. */
export function lastEntry(description: string, example: string): Parameter {
  return { name: 'last', in: 'query', description, schema: { type: 'string', example } };
}
