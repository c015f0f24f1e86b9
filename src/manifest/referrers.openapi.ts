import { MediaType } from '#libs/oci';
import { EXAMPLE_DIGEST } from '../http/index.js';
import {
  DIGEST_MALFORMED,
  describeOperation,
  headerReferences,
  json,
  lastEntry,
  NAME_INVALID,
  PAGE_INVALID,
  PAGE_SIZE,
  type Parameter,
  refusals,
  STORAGE_UNAVAILABLE,
} from '../openapi/index.js';

const EXAMPLE_TYPE = 'application/vnd.example.sbom.v1+json';

const ARTIFACT_TYPE: Parameter = {
  name: 'artifactType',
  in: 'query',
  description: 'Only referrers of this type.',
  schema: { type: 'string', example: EXAMPLE_TYPE },
};

const REFERRERS = {
  schemaVersion: 2,
  mediaType: MediaType.ociIndex,
  manifests: [
    {
      mediaType: MediaType.ociManifest,
      digest: EXAMPLE_DIGEST,
      size: 504,
      artifactType: EXAMPLE_TYPE,
      annotations: { 'org.opencontainers.image.created': '2026-01-31T12:00:00Z' },
    },
  ],
};

export const DescribeListReferrers = () =>
  describeOperation({
    summary: 'Lists the manifests that name this one as their subject',
    description:
      'The manifest itself need not exist: the list is then empty. A long list comes in pages, also without `n`.',
    parameters: [ARTIFACT_TYPE, PAGE_SIZE, lastEntry('Only referrers behind this digest.', EXAMPLE_DIGEST)],
    responses: {
      200: {
        description: 'An index of the referrers, in the order of their digests.',
        headers: headerReferences('OCI-Filters-Applied', 'Link'),
        content: json('ImageIndex', REFERRERS, MediaType.ociIndex),
      },
    },
    failures: [NAME_INVALID, DIGEST_MALFORMED, PAGE_INVALID, ...refusals('pull'), STORAGE_UNAVAILABLE],
  });
