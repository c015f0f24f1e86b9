import type { ReferenceObject, SchemaObject } from '@nestjs/swagger';
import { OCI_ERROR_CODES } from '#libs/oci';
import { EXAMPLE_DIGEST } from '../http/index.js';

export type SchemaName =
  | 'Descriptor'
  | 'Digest'
  | 'Empty'
  | 'ErrorBody'
  | 'ErrorEntry'
  | 'Health'
  | 'ImageIndex'
  | 'ImageManifest'
  | 'Manifest'
  | 'OpenApiDocument'
  | 'Platform'
  | 'RepositoryList'
  | 'Schema1Manifest'
  | 'TagList';

const ANNOTATIONS: SchemaObject = {
  type: 'object',
  additionalProperties: { type: 'string' },
  example: { 'org.opencontainers.image.version': '24.04' },
};

const SUBJECT: SchemaObject & ReferenceObject = {
  ...schemaReference('Descriptor'),
  description: 'The manifest that this one is about: it is listed among the referrers of that one.',
};

const ARTIFACT_TYPE: SchemaObject = { type: 'string', example: 'application/vnd.example.sbom.v1+json' };

/** What bodies consist of, for the components of the document. */
export const SCHEMAS: Readonly<Record<SchemaName, SchemaObject>> = {
  Digest: {
    type: 'string',
    description: 'Address of content: an algorithm, a colon, and a hash (image specification, "Digests").',
    pattern: '^[a-z0-9]+([+._-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$',
    example: EXAMPLE_DIGEST,
  },
  ErrorBody: {
    type: 'object',
    description: 'What went wrong (distribution specification, "Error Codes").',
    required: ['errors'],
    properties: { errors: { type: 'array', minItems: 1, items: schemaReference('ErrorEntry') } },
  },
  ErrorEntry: {
    type: 'object',
    required: ['code', 'message'],
    properties: {
      code: { type: 'string', enum: [...OCI_ERROR_CODES], example: 'MANIFEST_UNKNOWN' },
      message: { type: 'string', description: 'For people.', example: 'manifest unknown to registry' },
      detail: { description: 'For programs: what was wrong, in a form that depends on the code.' },
    },
  },
  Schema1Manifest: {
    type: 'object',
    description: 'Manifest of the first registries. Its digest is that of the document without `signatures`.',
    required: ['schemaVersion', 'name', 'tag', 'architecture', 'fsLayers', 'history'],
    properties: {
      schemaVersion: { type: 'integer', enum: [1] },
      name: { type: 'string' },
      tag: { type: 'string' },
      architecture: { type: 'string' },
      fsLayers: {
        type: 'array',
        items: { type: 'object', required: ['blobSum'], properties: { blobSum: schemaReference('Digest') } },
      },
      history: {
        type: 'array',
        items: { type: 'object', required: ['v1Compatibility'], properties: { v1Compatibility: { type: 'string' } } },
      },
      signatures: { type: 'array', items: { type: 'object', additionalProperties: true } },
    },
  },
  Platform: {
    type: 'object',
    required: ['architecture', 'os'],
    properties: {
      architecture: { type: 'string', example: 'amd64' },
      os: { type: 'string', example: 'linux' },
      'os.version': { type: 'string' },
      'os.features': { type: 'array', items: { type: 'string' } },
      variant: { type: 'string', example: 'v8' },
    },
  },
  Descriptor: {
    type: 'object',
    description: 'What some content is and where to find it (image specification, "Descriptors").',
    required: ['mediaType', 'digest', 'size'],
    properties: {
      mediaType: { type: 'string', example: 'application/vnd.oci.image.layer.v1.tar+gzip' },
      digest: schemaReference('Digest'),
      size: { type: 'integer', format: 'int64', minimum: 0, description: 'Bytes.', example: 2048 },
      urls: { type: 'array', items: { type: 'string' } },
      annotations: ANNOTATIONS,
      data: { type: 'string', description: 'The content itself in base64.' },
      artifactType: ARTIFACT_TYPE,
      platform: schemaReference('Platform'),
    },
  },
  ImageManifest: {
    type: 'object',
    description: 'An image or another artifact; its layers are blobs (image specification, "Image Manifest").',
    required: ['schemaVersion', 'config', 'layers'],
    properties: {
      schemaVersion: { type: 'integer', enum: [2] },
      mediaType: { type: 'string', example: 'application/vnd.oci.image.manifest.v1+json' },
      artifactType: ARTIFACT_TYPE,
      config: schemaReference('Descriptor'),
      layers: { type: 'array', items: schemaReference('Descriptor') },
      subject: SUBJECT,
      annotations: ANNOTATIONS,
    },
  },
  ImageIndex: {
    type: 'object',
    description: 'A list of manifests, one for each platform for instance (image specification, "Image Index").',
    required: ['schemaVersion', 'manifests'],
    properties: {
      schemaVersion: { type: 'integer', enum: [2] },
      mediaType: { type: 'string', example: 'application/vnd.oci.image.index.v1+json' },
      artifactType: ARTIFACT_TYPE,
      manifests: { type: 'array', items: schemaReference('Descriptor') },
      subject: SUBJECT,
      annotations: ANNOTATIONS,
    },
  },
  Manifest: {
    description: 'Any manifest; which one it is, its media type tells.',
    oneOf: [schemaReference('ImageManifest'), schemaReference('ImageIndex')],
  },
  RepositoryList: {
    type: 'object',
    required: ['repositories'],
    properties: { repositories: { type: 'array', items: { type: 'string', example: 'library/ubuntu' } } },
  },
  TagList: {
    type: 'object',
    required: ['name', 'tags'],
    properties: {
      name: { type: 'string', example: 'library/ubuntu' },
      tags: { type: 'array', items: { type: 'string', example: '24.04' } },
    },
  },
  Health: {
    type: 'object',
    required: ['status'],
    properties: { status: { type: 'string', enum: ['ok'] } },
  },
  Empty: { type: 'object', description: 'Nothing.', additionalProperties: false },
  OpenApiDocument: { type: 'object', description: 'A document of OpenAPI 3.1.', additionalProperties: true },
};

export function schemaReference(name: SchemaName): ReferenceObject {
  return { $ref: `#/components/schemas/${name}` };
}
