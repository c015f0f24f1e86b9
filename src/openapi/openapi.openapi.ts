import { applyDecorators } from '@nestjs/common';
import type { ContentObject } from '@nestjs/swagger';
import { OciError } from '#libs/oci';
import { Describe } from '../http/index.js';
import { json } from './bodies.js';
import { describeOperation } from './describe-operation.js';
import { failure } from './failure.js';

/** The files of the page that come from Swagger UI. */
export const UI_FILES: readonly string[] = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'];

const text: ContentObject[string] = { schema: { type: 'string' } };

const FILE_UNKNOWN = failure(
  'the page has no such file',
  new OciError('UNSUPPORTED', undefined, { status: 404, message: 'no such file' }),
);

export const DescribeGetOpenApi = () =>
  describeOperation({
    summary: 'Sends this document',
    responses: {
      200: {
        description: 'The document.',
        content: json('OpenApiDocument', { openapi: '3.1.1', info: { title: 'Stowage', version: '1.1' }, paths: {} }),
      },
    },
  });

export const DescribeGetDocs = () =>
  describeOperation({
    summary: 'Sends a page that shows this document',
    responses: {
      200: { description: 'The page.', content: { 'text/html': { ...text, example: '<!doctype html>' } } },
    },
  });

export const DescribeGetDocsFile = () =>
  applyDecorators(
    Describe(({ ApiParam }) =>
      ApiParam({
        name: 'file',
        description: 'Name of the file.',
        schema: { type: 'string', enum: ['page.js', ...UI_FILES] },
        example: 'page.js',
      }),
    ),
    describeOperation({
      summary: 'Sends a file of that page',
      responses: {
        200: {
          description: 'The file.',
          content: {
            'text/javascript': text,
            'text/css': text,
            'image/png': { schema: { type: 'string', format: 'binary' } },
          },
        },
      },
      failures: [FILE_UNKNOWN],
    }),
  );
