import { defineConfig } from '@hey-api/openapi-ts';

/** The format of what a client sends byte by byte. It is no format of OpenAPI: it only leads to `BYTES` below. */
const BYTES_FORMAT = 'bytes-to-send';

export default defineConfig({
  input: 'openapi.json',
  output: {
    path: 'libs/client/src/generated',
    module: { extension: '.js' },
    // The generator's own files, which it copies without saying which, are not written for exactOptionalPropertyTypes.
    header: ({ file, defaultValue }) => (file ? [...defaultValue] : [...defaultValue, '// @ts-nocheck']),
  },
  parser: {
    patch: {
      // A body may be bytes wherever there is one: a manifest, too, for its digest is that of its exact bytes.
      operations: (_method, _path, { requestBody }) => {
        if (!requestBody || !('content' in requestBody)) return;
        for (const media of Object.values(requestBody.content)) {
          const bytes = { type: 'string' as const, format: BYTES_FORMAT };
          const isBinary = media.schema && 'format' in media.schema && media.schema.format === 'binary';
          media.schema = isBinary ? bytes : { anyOf: [media.schema, bytes] };
        }
      },
    },
  },
  plugins: [
    '@hey-api/client-fetch',
    {
      name: '@hey-api/typescript',
      '~resolvers': {
        string: ({ $, schema }) => {
          if (schema.format !== BYTES_FORMAT) return undefined;
          const stream = $.type('ReadableStream').generic($.type('Uint8Array'));
          return $.type.or($.type('Uint8Array'), $.type('Blob'), stream);
        },
      },
    },
    // No client that all share: each call says which one it means.
    { name: '@hey-api/sdk', client: false },
  ],
});
