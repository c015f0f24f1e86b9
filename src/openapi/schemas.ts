import type { ReferenceObject, SchemaObject } from '@nestjs/swagger';
import { OCI_ERROR_CODES } from '#libs/oci';
import { EXAMPLE_DIGEST } from '../http/index.js';

export type SchemaName =
  | 'ApiKey'
  | 'ApiKeyGrant'
  | 'ApiKeyList'
  | 'Descriptor'
  | 'Digest'
  | 'CreatedApiKey'
  | 'Empty'
  | 'ErrorBody'
  | 'ErrorEntry'
  | 'Health'
  | 'ImageIndex'
  | 'ImageManifest'
  | 'JsonWebKeySet'
  | 'Manifest'
  | 'NewApiKey'
  | 'OpenApiDocument'
  | 'Platform'
  | 'RepositoryList'
  | 'Schema1Manifest'
  | 'RevokedTokens'
  | 'TagList'
  | 'TokenAnswer'
  | 'TokenForm';

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

const API_KEY_ID: SchemaObject = { type: 'string', pattern: '^[0-9a-f]{16}$', example: '5f0c1e2d3b4a5968' };

const API_KEY_NAME: SchemaObject = {
  type: 'string',
  description: 'Name of the robot, by which policies and the audit log know it.',
  pattern: '^[a-z0-9]+([._-][a-z0-9]+)*$',
  maxLength: 128,
  example: 'ci',
};

const API_KEY_TEXTS: Readonly<Record<string, SchemaObject & Partial<ReferenceObject>>> = {
  name: API_KEY_NAME,
  description: { type: 'string', maxLength: 1000, example: 'Pushes what is built' },
};

const API_KEY_PROPERTIES = {
  id: API_KEY_ID,
  ...API_KEY_TEXTS,
  grants: { type: 'array', items: schemaReference('ApiKeyGrant') },
  createdAt: { type: 'string', format: 'date-time' },
  createdBy: { type: 'string', description: 'Name of who created it.', example: 'ann' },
  expiresAt: { type: 'string', format: 'date-time', description: 'Absent where it does not expire.' },
} satisfies SchemaObject['properties'];

const API_KEY_REQUIRED = ['id', 'name', 'grants', 'createdAt', 'createdBy'];

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
  TokenForm: {
    type: 'object',
    description: 'The form of OAuth 2; which members it needs depends on `grant_type`.',
    required: ['grant_type'],
    properties: {
      grant_type: {
        type: 'string',
        enum: ['password', 'refresh_token', 'urn:ietf:params:oauth:grant-type:token-exchange'],
      },
      service: { type: 'string', example: 'stowage' },
      scope: {
        type: 'string',
        description: 'Scopes, separated by spaces.',
        example: 'repository:library/app:pull,push',
      },
      client_id: { type: 'string', example: 'containerd-client' },
      access_type: { type: 'string', enum: ['online', 'offline'], description: '`offline` asks for a refresh token.' },
      username: { type: 'string' },
      password: { type: 'string', format: 'password' },
      refresh_token: { type: 'string' },
      subject_token: { type: 'string', description: 'Token of another issuer, which is exchanged (RFC 8693).' },
      subject_token_type: {
        type: 'string',
        enum: ['urn:ietf:params:oauth:token-type:jwt', 'urn:ietf:params:oauth:token-type:id_token'],
      },
    },
  },
  TokenAnswer: {
    type: 'object',
    required: ['token', 'access_token', 'token_type', 'expires_in', 'issued_at', 'scope'],
    properties: {
      token: { type: 'string', description: 'The access token, a JSON Web Token.' },
      access_token: { type: 'string', description: 'The same.' },
      token_type: { type: 'string', enum: ['Bearer'] },
      expires_in: { type: 'integer', minimum: 60, description: 'Seconds.', example: 300 },
      issued_at: { type: 'string', format: 'date-time' },
      scope: { type: 'string', description: 'What was granted.', example: 'repository:library/app:pull' },
      refresh_token: { type: 'string', description: 'Only where it was asked for.' },
      issued_token_type: { type: 'string', description: 'Only where a token was exchanged.' },
    },
  },
  JsonWebKeySet: {
    type: 'object',
    description: 'Public keys (RFC 7517, section 5).',
    required: ['keys'],
    properties: { keys: { type: 'array', items: { type: 'object', additionalProperties: true } } },
  },
  RevokedTokens: {
    type: 'object',
    required: ['revoked'],
    properties: { revoked: { type: 'integer', minimum: 0, description: 'How many there were.' } },
  },
  ApiKeyGrant: {
    type: 'object',
    required: ['actions'],
    properties: {
      repositories: {
        type: 'string',
        description: 'Pattern of names of repositories, as in policies; all when absent.',
        example: 'team/**',
      },
      actions: { type: 'array', minItems: 1, items: { type: 'string', enum: ['pull', 'push', 'delete', 'catalog'] } },
    },
  },
  NewApiKey: {
    type: 'object',
    required: ['name', 'grants'],
    properties: {
      ...API_KEY_TEXTS,
      expiresIn: { type: 'integer', minimum: 60, maximum: 315_360_000, description: 'Seconds.', example: 7_776_000 },
      grants: { type: 'array', minItems: 1, maxItems: 100, items: schemaReference('ApiKeyGrant') },
    },
  },
  ApiKey: { type: 'object', required: API_KEY_REQUIRED, properties: API_KEY_PROPERTIES },
  CreatedApiKey: {
    type: 'object',
    required: [...API_KEY_REQUIRED, 'secret'],
    properties: {
      ...API_KEY_PROPERTIES,
      secret: {
        type: 'string',
        description: 'The key itself. It is shown only now.',
        pattern: '^stow_[0-9a-f]{16}[0-9A-Za-z]{49}$',
      },
    },
  },
  ApiKeyList: {
    type: 'object',
    required: ['keys'],
    properties: { keys: { type: 'array', items: schemaReference('ApiKey') } },
  },
  Empty: { type: 'object', description: 'Nothing.', additionalProperties: false },
  OpenApiDocument: { type: 'object', description: 'A document of OpenAPI 3.1.', additionalProperties: true },
};

export function schemaReference(name: SchemaName): ReferenceObject {
  return { $ref: `#/components/schemas/${name}` };
}
