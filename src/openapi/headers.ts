import type { HeaderObject, HeadersObject } from '@nestjs/swagger';
import { EXAMPLE_DIGEST } from '../http/index.js';

const text = (description: string, example: string): HeaderObject => ({
  description,
  schema: { type: 'string', example },
});

/** The headers of answers, for the components of the document. */
export const HEADERS = {
  'Accept-Ranges': text('Parts may be asked for with `Range`.', 'bytes'),
  'Cache-Control': text('Content under a digest never changes.', 'max-age=31536000'),
  'Content-Length': {
    description: 'Size of the body, or of the body that a GET would get, in bytes.',
    schema: { type: 'integer', format: 'int64', minimum: 0, example: 2048 },
  },
  'Content-Range': text(
    'Which part this is, in bytes, both ends included, and the size of the whole; only the size where no part fits.',
    'bytes 0-1023/2048',
  ),
  'Docker-Content-Digest': text('Digest of the content.', EXAMPLE_DIGEST),
  'Docker-Distribution-API-Version': text('Version of the protocol.', 'registry/2.0'),
  'Docker-Upload-UUID': text('Id of the upload session.', '7b4b3f0c-5a2e-4c6e-9f0b-2f1d0c9a8e7d'),
  ETag: text('Digest of the content in double quotes: a strong entity tag.', `"${EXAMPLE_DIGEST}"`),
  Link: text(
    'Where the next page is; absent on the last page (RFC 8288).',
    '</v2/_catalog?last=library%2Fubuntu&n=100>; rel="next"',
  ),
  Location: text(
    'Where to go on: a path, or a whole URL where the registry is configured so.',
    '/v2/library/ubuntu/blobs/uploads/7b4b3f0c-5a2e-4c6e-9f0b-2f1d0c9a8e7d',
  ),
  'OCI-Filters-Applied': text('The filters that the list went through.', 'artifactType'),
  'OCI-Subject': text('The subject of the manifest: it is now listed as a referrer of that one.', EXAMPLE_DIGEST),
  'OCI-Tag': text('A tag of the query that was set; one header for each.', '24.04'),
  Range: text('Which bytes the registry has, both ends included; `0-0` also while it has none.', '0-1048575'),
  'Retry-After': {
    description: 'When to try again, in seconds.',
    schema: { type: 'integer', minimum: 0, example: 1 },
  },
  Vary: text('The answer depends on this request header.', 'Accept'),
  'X-Request-Id': text(
    'Id of the request in the log of the registry: the one that the client gave in a header of this name, or a new one.',
    'c0ffee00-1d2e-4f3a-8b4c-5d6e7f8a9b0c',
  ),
  'WWW-Authenticate': text(
    'How to log in: a token service with the scopes to ask it for, or a password.',
    'Bearer realm="https://registry.example/token",service="registry.example",scope="repository:library/ubuntu:pull"',
  ),
  Warning: text(
    'Something that the client should show to people (distribution specification, "Warnings").',
    '299 - "the manifest is application/vnd.oci.image.index.v1+json, which the Accept header does not name"',
  ),
} satisfies Record<string, HeaderObject>;

export type HeaderName = keyof typeof HEADERS;

export function isHeaderName(name: string): name is HeaderName {
  return Object.hasOwn(HEADERS, name);
}

/** The headers of an answer, as references to the components of the document. */
export function headerReferences(...names: HeaderName[]): HeadersObject {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}
