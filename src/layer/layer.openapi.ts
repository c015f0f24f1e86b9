import { OciError } from '#libs/oci';
import { EXAMPLE_DIGEST } from '../http/index.js';
import {
  DIGEST_MALFORMED,
  describeOperation,
  failure,
  headerReferences,
  IF_NONE_MATCH,
  NAME_INVALID,
  OCTETS,
  type Parameter,
  refusals,
  STORAGE_UNAVAILABLE,
} from '../openapi/index.js';

const BLOB_UNKNOWN = failure(
  'the repository does not have the blob, whether or not another one has it',
  new OciError('BLOB_UNKNOWN', { digest: EXAMPLE_DIGEST }),
);

const RANGE_NOT_SATISFIABLE = failure(
  'no part of the blob is asked for',
  new OciError(
    'UNSUPPORTED',
    { size: 2048 },
    { status: 416, message: 'range not satisfiable', headers: { 'Content-Range': 'bytes */2048' } },
  ),
);

const RANGE: Parameter = {
  name: 'Range',
  in: 'header',
  description:
    'Parts of the blob, in bytes (RFC 9110, section 14.2). Of more than 32 parts, or what is no range, nothing is heeded.',
  schema: { type: 'string', example: 'bytes=0-1023' },
};

const IF_RANGE: Parameter = {
  name: 'If-Range',
  in: 'header',
  description: 'The entity tag of the blob that the client has a part of: if it is another, the whole blob is sent.',
  schema: { type: 'string', example: `"${EXAMPLE_DIGEST}"` },
};

const blobHeaders = headerReferences('Docker-Content-Digest', 'ETag', 'Accept-Ranges', 'Cache-Control');

const UNCHANGED = { description: 'The client has the blob.', headers: blobHeaders };

const READ_FAILURES = [NAME_INVALID, DIGEST_MALFORMED, ...refusals('pull'), BLOB_UNKNOWN, STORAGE_UNAVAILABLE];

export const DescribeHeadBlob = () =>
  describeOperation({
    summary: 'Tells whether a repository has a blob, and its size',
    parameters: [IF_NONE_MATCH],
    responses: {
      200: {
        description: 'The repository has the blob.',
        headers: { ...blobHeaders, ...headerReferences('Content-Length') },
      },
      304: UNCHANGED,
    },
    failures: READ_FAILURES,
  });

export const DescribeGetBlob = () =>
  describeOperation({
    summary: 'Sends a blob, whole or in part',
    description: [
      'A blob is only reachable through a repository that has it.',
      'Several parts come as `multipart/byteranges` (RFC 9110, section 14.6).',
    ].join(' '),
    parameters: [RANGE, IF_RANGE, IF_NONE_MATCH],
    responses: {
      200: {
        description: 'The whole blob.',
        headers: { ...blobHeaders, ...headerReferences('Content-Length') },
        content: OCTETS,
      },
      206: {
        description: 'The parts that were asked for.',
        headers: { ...blobHeaders, ...headerReferences('Content-Length', 'Content-Range') },
        content: { ...OCTETS, 'multipart/byteranges': { schema: { type: 'string', format: 'binary' } } },
      },
      304: UNCHANGED,
      307: {
        description:
          'The content is to be had at `Location` for a while, where the registry is configured so. A `Range` is repeated there.',
        headers: headerReferences('Location', 'Docker-Content-Digest', 'Cache-Control', 'Content-Length'),
      },
    },
    failures: [...READ_FAILURES, RANGE_NOT_SATISFIABLE],
  });

export const DescribeDeleteBlob = () =>
  describeOperation({
    summary: 'Takes a blob out of a repository',
    description: 'Other repositories keep it. Manifests that refer to it are not looked at.',
    responses: { 202: { description: 'The repository no longer has the blob.' } },
    failures: [NAME_INVALID, DIGEST_MALFORMED, ...refusals('delete'), BLOB_UNKNOWN, STORAGE_UNAVAILABLE],
  });
