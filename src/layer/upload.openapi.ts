import { OciError } from '#libs/oci';
import { EXAMPLE_DIGEST } from '../http/index.js';
import {
  BUSY,
  CONTENT_LENGTH,
  CONTENT_RANGE,
  DIGEST_MALFORMED,
  describeOperation,
  type Failure,
  failure,
  headerReferences,
  NAME_INVALID,
  OCTETS,
  type Parameter,
  refusals,
  STORAGE_FULL,
  STORAGE_UNAVAILABLE,
  TOTAL_SIZE,
} from '../openapi/index.js';

const EXAMPLE_ID = '7b4b3f0c-5a2e-4c6e-9f0b-2f1d0c9a8e7d';

const UPLOAD_UNKNOWN = failure(
  'the repository has no such upload session',
  new OciError('BLOB_UPLOAD_UNKNOWN', { id: EXAMPLE_ID }),
);

const DIGEST_MISMATCH = failure(
  'the content has another digest',
  new OciError('DIGEST_INVALID', { digest: EXAMPLE_DIGEST, computed: EXAMPLE_DIGEST.replace('e3b0', '0b3e') }),
);

const ALGORITHM_UNSUPPORTED = failure(
  '`digest-algorithm` is none that is supported',
  new OciError(
    'DIGEST_INVALID',
    { 'digest-algorithm': 'md5', rule: 'one of sha256, sha512' },
    { message: 'unsupported digest algorithm' },
  ),
);

const SIZE_MISMATCH = failure(
  'the content is not as long as `size` says, or `size` is no number',
  new OciError('SIZE_INVALID', { size: 1_048_576, expected: 2_097_152 }),
);

const CHUNK_SIZE_MISMATCH = failure(
  'the body is not as long as `Content-Range` says',
  new OciError('SIZE_INVALID', { contentRange: '0-1048575', contentLength: 1024 }),
);

const OUT_OF_ORDER = failure(
  'the chunk does not begin where the upload ends, or `Content-Range` is malformed',
  new OciError(
    'BLOB_UPLOAD_INVALID',
    { start: 2_097_152, offset: 1_048_576 },
    {
      status: 416,
      message: 'the chunk does not begin where the upload ends',
      headers: { Range: '0-1048575' },
    },
  ),
);

/** What may go wrong once the session is found: the answer then tells where to go on. */
const inSession = (...failures: Failure[]): Failure[] => failures.map((one) => ({ ...one, headers: ['Location'] }));

const DIGEST: Parameter = {
  name: 'digest',
  in: 'query',
  description: 'Digest of the blob that the body holds whole: it is stored at once, without a session.',
  schema: { type: 'string', example: EXAMPLE_DIGEST },
};

const DIGEST_ALGORITHM: Parameter = {
  name: 'digest-algorithm',
  in: 'query',
  description: 'Algorithm of the digest that the blob is to have; spares the server a second read of the content.',
  schema: { type: 'string', enum: ['sha256', 'sha512'], default: 'sha256', example: 'sha512' },
};

const MOUNT: Parameter = {
  name: 'mount',
  in: 'query',
  description: 'Digest of a blob to take from another repository.',
  schema: { type: 'string', example: EXAMPLE_DIGEST },
};

const FROM: Parameter = {
  name: 'from',
  in: 'query',
  description:
    'The repository to mount from; without it, any that the client may read. One that it may not read is as good as one that does not have the blob.',
  schema: { type: 'string', example: 'library/debian' },
};

const CREATED = {
  description: 'The repository has the blob. `Location` leads to it.',
  headers: headerReferences('Location', 'Docker-Content-Digest'),
};

const sessionHeaders = headerReferences('Location', 'Range', 'Docker-Upload-UUID');

export const DescribeStartUpload = () =>
  describeOperation({
    summary: 'Starts an upload, stores a blob that comes in one piece, or mounts one of another repository',
    description: [
      '- With `digest`, the body is the whole blob, which is stored at once.',
      '- With `mount`, a blob of another repository becomes one of this repository too, without a transfer. Where that',
      '  cannot be, an upload is started.',
      '- Otherwise an upload is started. Its content follows with `PATCH` and `PUT`.',
      '',
      'The path may end in a slash.',
    ].join('\n'),
    parameters: [DIGEST, TOTAL_SIZE, DIGEST_ALGORITHM, MOUNT, FROM, CONTENT_LENGTH],
    body: { description: 'The blob, where `digest` is given.', required: false, content: OCTETS },
    responses: {
      201: CREATED,
      202: { description: 'An upload was started. `Location` leads to it.', headers: sessionHeaders },
    },
    failures: [
      NAME_INVALID,
      DIGEST_MALFORMED,
      DIGEST_MISMATCH,
      ALGORITHM_UNSUPPORTED,
      SIZE_MISMATCH,
      ...refusals('push'),
      STORAGE_FULL,
      STORAGE_UNAVAILABLE,
    ],
  });

export const DescribeAppendChunk = () =>
  describeOperation({
    summary: 'Appends a chunk, or a stream of unknown length, to an upload',
    description: 'What a request that fails has brought is dropped: the upload goes on where it was.',
    parameters: [CONTENT_RANGE, CONTENT_LENGTH],
    body: { description: 'The chunk.', required: true, content: OCTETS },
    responses: {
      202: { description: 'The chunk is stored. `Range` tells how far the upload is.', headers: sessionHeaders },
    },
    failures: [
      NAME_INVALID,
      ...refusals('push'),
      UPLOAD_UNKNOWN,
      ...inSession(CHUNK_SIZE_MISMATCH, OUT_OF_ORDER, BUSY, STORAGE_FULL, STORAGE_UNAVAILABLE),
    ],
  });

export const DescribeFinishUpload = () =>
  describeOperation({
    summary: 'Appends the last chunk, if any, and stores the whole as a blob',
    description: 'Where the digest or the size is not as said, the upload goes on where it was.',
    parameters: [TOTAL_SIZE, CONTENT_RANGE, CONTENT_LENGTH],
    body: { description: 'The last chunk.', required: false, content: OCTETS },
    responses: { 201: CREATED },
    failures: [
      NAME_INVALID,
      DIGEST_MALFORMED,
      ...refusals('push'),
      UPLOAD_UNKNOWN,
      ...inSession(
        DIGEST_MISMATCH,
        SIZE_MISMATCH,
        CHUNK_SIZE_MISMATCH,
        OUT_OF_ORDER,
        BUSY,
        STORAGE_FULL,
        STORAGE_UNAVAILABLE,
      ),
    ],
  });

const describeProgress = () =>
  describeOperation({
    summary: 'Tells how far an upload has come',
    responses: { 204: { description: 'The upload can go on. `Range` tells where.', headers: sessionHeaders } },
    failures: [NAME_INVALID, ...refusals('push'), UPLOAD_UNKNOWN, STORAGE_UNAVAILABLE],
  });

export const DescribeHeadUpload = describeProgress;
export const DescribeGetUpload = describeProgress;

export const DescribeCancelUpload = () =>
  describeOperation({
    summary: 'Ends an upload and drops what it holds',
    responses: { 204: { description: 'The upload is gone.' } },
    failures: [NAME_INVALID, ...refusals('push'), UPLOAD_UNKNOWN, BUSY, STORAGE_UNAVAILABLE],
  });
