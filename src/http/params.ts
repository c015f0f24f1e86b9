import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { Digest, parseReference, parseRepositoryName, type Reference } from '#libs/oci';
import { Describe } from './describe.js';
import type { RegistryResponse } from './registry-response.js';

/** The repository in the path of a request. Throws `NAME_INVALID`. */
export function repositoryNameOf(request: Request): string {
  const segments: string | string[] = request.params.name ?? '';
  return parseRepositoryName(typeof segments === 'string' ? segments : segments.join('/'));
}

/** The digest in the query of a request. Throws `DIGEST_INVALID`, also when there is none or more than one. */
export function queryDigestOf({ query: { digest } }: Request): Digest {
  return Digest.parse(typeof digest === 'string' ? digest : '');
}

/** Binds the repository name in the path. */
export const RepositoryName = () =>
  both(
    createParamDecorator((_, context: ExecutionContext): string => {
      const known = context.switchToHttp().getResponse<RegistryResponse>().locals.name;
      return known ?? repositoryNameOf(requestOf(context));
    })(),
    Describe(({ ApiParam }) =>
      ApiParam({
        name: 'name',
        type: String,
        description: 'Name of the repository. Its slashes may be written as `/` or as `%2F`.',
        example: 'library/ubuntu',
      }),
    ),
  );

/** Binds the tag or digest in the path; undefined when it can be neither. */
export const ManifestReference = () =>
  both(
    createParamDecorator((_, context: ExecutionContext): Reference | undefined =>
      parseReference(pathParameter(context, 'reference')),
    )(),
    Describe(({ ApiParam }) =>
      ApiParam({ name: 'reference', type: String, description: 'Tag or digest', example: 'latest' }),
    ),
  );

/** Binds the digest in the path. */
export const PathDigest = () =>
  both(
    createParamDecorator((_, context: ExecutionContext): Digest => Digest.parse(pathParameter(context, 'digest')))(),
    Describe(({ ApiParam }) =>
      ApiParam({ name: 'digest', type: String, description: 'Digest', example: EXAMPLE_DIGEST }),
    ),
  );

/** Binds the id of an upload session in the path. */
export const UploadId = () =>
  both(
    createParamDecorator((_, context: ExecutionContext): string => pathParameter(context, 'id'))(),
    Describe(({ ApiParam }) =>
      ApiParam({
        name: 'id',
        type: String,
        format: 'uuid',
        description: 'Id of the upload session',
        example: EXAMPLE_ID,
      }),
    ),
  );

/** Binds the digest in the query, which must be there. */
export const QueryDigest = () =>
  both(
    createParamDecorator((_, context: ExecutionContext): Digest => queryDigestOf(requestOf(context)))(),
    Describe(({ ApiQuery }) =>
      ApiQuery({ name: 'digest', type: String, description: 'Digest of the whole blob', example: EXAMPLE_DIGEST }),
    ),
  );

const EXAMPLE_ID = '1b8ff8fd-8dd0-4f52-9ad0-2f3a3c0ab6d1';
export const EXAMPLE_DIGEST = 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

function requestOf(context: ExecutionContext): Request {
  return context.switchToHttp().getRequest<Request>();
}

function pathParameter(context: ExecutionContext, name: string): string {
  return String(requestOf(context).params[name]);
}

/** Binds a parameter and documents it, so that no handler can do the one without the other. */
function both(bind: ParameterDecorator, document: MethodDecorator): ParameterDecorator {
  return (target, key, index) => {
    if (key === undefined) throw new TypeError('a parameter of a constructor is no part of a request');
    bind(target, key, index);
    document(target, key, Object.getOwnPropertyDescriptor(target, key) ?? {});
  };
}
