import type { INestApplication } from '@nestjs/common';
import * as swagger from '@nestjs/swagger';
import {
  DocumentBuilder,
  type OpenAPIObject,
  type OperationObject,
  type ResponsesObject,
  SwaggerModule,
} from '@nestjs/swagger';
import { applyDescriptions } from '../http/index.js';
import { HEADERS, headerReferences } from './headers.js';
import { SCHEMAS } from './schemas.js';

/** Of the distribution specification. */
const SPECIFICATION_VERSION = '1.1';

type AnyParameter = NonNullable<OperationObject['parameters']>[number];

const METHODS = ['get', 'head', 'post', 'put', 'patch', 'delete'] as const;

const DESCRIPTION = `
The API of the OCI Distribution Specification, with the extensions that are named at the operations.

**Names of repositories** stand in the path as \`{name}\`. A name may hold slashes, as in \`library/ubuntu\`. In a path
they may be written as they are (\`/v2/library/ubuntu/tags/list\`) or encoded (\`/v2/library%2Fubuntu/tags/list\`), which
is what generated clients do.

**Errors** have the body \`ErrorBody\`, with one or several entries. Besides what the operations list, \`UNSUPPORTED\` is
answered with 400 to what is no well-formed request, with 404 where there is no such route, with 405 and \`Allow\` where
there is one for other methods, with 408 where headers come too slowly, and with 431 where they are too large.

**Bytes are what counts**: the digest of a blob or a manifest is that of its exact bytes.
`.trim();

const TAGS: readonly [name: string, description: string][] = [
  ['base', 'What this server is.'],
  ['blobs', 'The blobs of a repository: layers, configurations, and the content of other artifacts.'],
  ['uploads', 'How blobs get into a repository.'],
  ['manifests', 'The manifests of a repository, by tag and by digest.'],
  ['tags', 'The tags of a repository.'],
  ['referrers', 'What else is about a manifest: signatures, bills of materials and the like.'],
  ['catalog', 'The repositories.'],
  ['tokens', 'The token service, where clients log in.'],
  ['keys', 'The keys of robot accounts.'],
  ['health', 'For whoever watches the process.'],
  ['documentation', 'This description.'],
];

/** The OpenAPI document of all routes of `app`, which need not listen. */
export function buildOpenApiDocument(app: INestApplication): OpenAPIObject {
  applyDescriptions(swagger);
  const document = SwaggerModule.createDocument(app, describeRegistry(), {
    operationIdFactory: (_controller, handler) => handler,
  });
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const operation = operations[method];
      if (!operation) continue;
      operation.parameters = inOrderOfPath(operation.parameters ?? [], path);
      completeResponses(operation.responses, path, method);
    }
  }
  return { ...document, components: { headers: { ...HEADERS }, schemas: { ...SCHEMAS } } };
}

function describeRegistry(): Omit<OpenAPIObject, 'paths'> {
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.1.1')
    .setTitle('Stowage')
    .setDescription(DESCRIPTION)
    .setVersion(SPECIFICATION_VERSION)
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addServer('/', 'The registry that this document comes from.');
  for (const [name, description] of TAGS) builder.addTag(name, description);
  return builder.build();
}

/** Generated clients take their arguments in this order: first what stands in the path, from left to right. */
function inOrderOfPath(parameters: readonly AnyParameter[], path: string): AnyParameter[] {
  const place = (parameter: AnyParameter) => {
    const isInPath = 'in' in parameter && parameter.in === 'path';
    return isInPath ? path.indexOf(`{${parameter.name}}`) : path.length;
  };
  return parameters.toSorted((a, b) => place(a) - place(b));
}

/** Adds what is the same for all answers of a kind. */
function completeResponses(responses: ResponsesObject, path: string, method: string): void {
  for (const [status, response] of Object.entries(responses)) {
    if (!response || '$ref' in response) continue;
    const { content, headers, ...rest } = response;
    const isApi = path.startsWith('/v2');
    responses[status] = {
      ...rest,
      headers: {
        ...headers,
        ...(isApi && headerReferences('Docker-Distribution-API-Version')),
        ...headerReferences('X-Request-Id'),
      },
      // A HEAD is answered like a GET, without the body (RFC 9110, section 9.3.2).
      ...(content && method !== 'head' && { content }),
    };
  }
}
