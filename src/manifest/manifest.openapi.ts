import { type ManifestMediaType, MediaType, OciError } from '#libs/oci';
import { Schema1Type } from '#libs/schema1';
import { EXAMPLE_DIGEST } from '../http/index.js';
import {
  BUSY,
  DIGEST_MALFORMED,
  describeOperation,
  failure,
  headerReferences,
  IF_MATCH_CHANGE,
  IF_NONE_MATCH,
  IF_NONE_MATCH_CHANGE,
  json,
  NAME_INVALID,
  type Parameter,
  refusals,
  STORAGE_FULL,
  STORAGE_UNAVAILABLE,
} from '../openapi/index.js';

const MODERN_TYPES = Object.values(MediaType);
const MEDIA_TYPES = [...MODERN_TYPES, ...Object.values(Schema1Type)];

const EMPTY_CONFIG = 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a';

const MANIFEST_UNKNOWN = failure(
  'the repository has no such manifest or tag',
  new OciError('MANIFEST_UNKNOWN', { tag: 'latest' }),
);

const DIGEST_MISMATCH = failure(
  'the digest in the path is not the digest of the manifest',
  new OciError('DIGEST_INVALID', { digest: EXAMPLE_DIGEST, computed: EMPTY_CONFIG }),
);

const MANIFEST_INVALID = failure(
  'the manifest breaks a rule of its format, or a tag breaks the grammar of tags',
  new OciError('MANIFEST_INVALID', { field: 'config', rule: 'must be a descriptor' }),
);

const BLOB_UNKNOWN = failure(
  'the manifest refers to a blob or a manifest that the repository does not have',
  new OciError('MANIFEST_BLOB_UNKNOWN', { digest: EXAMPLE_DIGEST }),
);

const UNVERIFIED = failure(
  'a signature of a schema 1 manifest is missing, or is not one of its content',
  new OciError('MANIFEST_UNVERIFIED', { rule: 'there is no member signatures' }),
);

const NAME_MISMATCH = failure(
  'a schema 1 manifest names another repository than the path',
  new OciError('NAME_INVALID', { name: 'other/app', expected: 'library/ubuntu' }),
);

const TAG_MISMATCH = failure(
  'a schema 1 manifest names another tag than the path',
  new OciError('TAG_INVALID', { tag: 'edge', expected: 'latest' }),
);

const CHANGED = failure(
  '`If-Match` or `If-None-Match` does not hold',
  new OciError('DENIED', { tag: 'latest', current: EXAMPLE_DIGEST }, { status: 412, message: 'precondition failed' }),
);

const TOO_LARGE = failure(
  'the manifest is larger than the registry is configured to take',
  new OciError('SIZE_INVALID', { limit: 4_194_304 }, { status: 413, message: 'the body is larger than the limit' }),
);

const TOO_MANY_TAGS = failure(
  'there are more than 100 tags',
  new OciError('UNSUPPORTED', { limit: 100 }, { status: 414, message: 'too many tags at once' }),
);

const ACCEPT: Parameter = {
  name: 'Accept',
  in: 'header',
  description: [
    'Media types that the client can read. What is stored is sent all the same, with a warning; only for a tag of an',
    'index, a client that reads no index gets the image for linux/amd64. Where it is configured, a client that reads',
    'schema 1 only gets the image of a tag converted to it.',
  ].join(' '),
  schema: { type: 'string', example: MEDIA_TYPES.join(', ') },
};

const CONTENT_TYPE: Parameter = {
  name: 'Content-Type',
  in: 'header',
  description: 'Media type of the manifest. Without it, or with `application/json`, the manifest speaks for itself.',
  schema: { type: 'string', enum: MEDIA_TYPES, example: MediaType.ociManifest },
};

const TAG: Parameter = {
  name: 'tag',
  in: 'query',
  description: 'Tags to set besides, all or none of them; only where the path holds a digest.',
  style: 'form',
  explode: true,
  schema: { type: 'array', maxItems: 100, items: { type: 'string' }, example: ['24.04', 'noble'] },
};

const IMAGE = {
  schemaVersion: 2,
  mediaType: MediaType.ociManifest,
  config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: EMPTY_CONFIG, size: 2 },
  layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: EXAMPLE_DIGEST, size: 2048 }],
};

const INDEX = {
  schemaVersion: 2,
  mediaType: MediaType.ociIndex,
  manifests: [
    {
      mediaType: MediaType.ociManifest,
      digest: EXAMPLE_DIGEST,
      size: 504,
      platform: { architecture: 'amd64', os: 'linux' },
    },
  ],
};

const EXAMPLES: Readonly<Record<ManifestMediaType, object>> = {
  [MediaType.ociManifest]: IMAGE,
  [MediaType.ociIndex]: INDEX,
  [MediaType.dockerManifest]: { ...IMAGE, mediaType: MediaType.dockerManifest },
  [MediaType.dockerManifestList]: { ...INDEX, mediaType: MediaType.dockerManifestList },
};

const SCHEMA1 = {
  schemaVersion: 1,
  name: 'library/ubuntu',
  tag: 'latest',
  architecture: 'amd64',
  fsLayers: [{ blobSum: EXAMPLE_DIGEST }],
  history: [{ v1Compatibility: '{"id":"e045d5b1a7b2"}' }],
};

const MANIFEST = Object.assign(
  {},
  ...MODERN_TYPES.map((type) => json('Manifest', EXAMPLES[type], type)),
  ...Object.values(Schema1Type).map((type) => json('Schema1Manifest', SCHEMA1, type)),
);

const manifestHeaders = headerReferences('Docker-Content-Digest', 'ETag', 'Vary');
const foundHeaders = { ...manifestHeaders, ...headerReferences('Content-Length', 'Warning') };

const UNCHANGED = { description: 'The client has the manifest.', headers: manifestHeaders };

const READ = {
  parameters: [ACCEPT, IF_NONE_MATCH],
  failures: [NAME_INVALID, DIGEST_MALFORMED, ...refusals('pull'), MANIFEST_UNKNOWN, STORAGE_UNAVAILABLE],
};

export const DescribeHeadManifest = () =>
  describeOperation({
    ...READ,
    summary: 'Tells whether a repository has a manifest, its digest and its size',
    responses: { 200: { description: 'The repository has the manifest.', headers: foundHeaders }, 304: UNCHANGED },
  });

export const DescribeGetManifest = () =>
  describeOperation({
    ...READ,
    summary: 'Sends a manifest',
    description: 'The bytes are the ones that were pushed: they have the digest in `Docker-Content-Digest`.',
    responses: {
      200: { description: 'The manifest.', headers: foundHeaders, content: MANIFEST },
      304: UNCHANGED,
    },
  });

export const DescribePutManifest = () =>
  describeOperation({
    summary: 'Stores a manifest under a tag, or under its digest and any number of tags',
    description: [
      'The bytes are kept as they come. Everything that is wrong is reported at once, one error for each problem.',
      '`If-Match` and `If-None-Match` compare and swap: they look at what the path names when the tag is set.',
      'To point a tag that is there to another manifest is an access of its own, `overwrite`.',
    ].join(' '),
    parameters: [TAG, CONTENT_TYPE, IF_MATCH_CHANGE, IF_NONE_MATCH_CHANGE],
    body: { description: 'The manifest.', required: true, content: MANIFEST },
    responses: {
      201: {
        description: 'The manifest is stored. `Location` leads to it.',
        headers: headerReferences('Location', 'Docker-Content-Digest', 'ETag', 'OCI-Subject', 'OCI-Tag'),
      },
    },
    failures: [
      NAME_INVALID,
      DIGEST_MALFORMED,
      DIGEST_MISMATCH,
      MANIFEST_INVALID,
      BLOB_UNKNOWN,
      UNVERIFIED,
      NAME_MISMATCH,
      TAG_MISMATCH,
      ...refusals('push'),
      CHANGED,
      TOO_LARGE,
      TOO_MANY_TAGS,
      BUSY,
      STORAGE_FULL,
      STORAGE_UNAVAILABLE,
    ],
  });

export const DescribeDeleteManifest = () =>
  describeOperation({
    summary: 'Deletes a tag, or a manifest with every tag that points to it',
    parameters: [IF_MATCH_CHANGE, IF_NONE_MATCH_CHANGE],
    responses: { 202: { description: 'It is deleted.' } },
    failures: [
      NAME_INVALID,
      DIGEST_MALFORMED,
      ...refusals('delete'),
      MANIFEST_UNKNOWN,
      CHANGED,
      BUSY,
      STORAGE_UNAVAILABLE,
    ],
  });
