import type { ContentObject } from '@nestjs/swagger';
import { type SchemaName, schemaReference } from './schemas.js';

/** Bytes as they are. */
export const OCTETS: ContentObject = {
  'application/octet-stream': { schema: { type: 'string', format: 'binary' } },
};

/** JSON of a schema, with an example of it. */
export function json(schema: SchemaName, example: unknown, mediaType = 'application/json'): ContentObject {
  return { [mediaType]: { schema: schemaReference(schema), example } };
}
