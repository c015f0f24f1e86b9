import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AuthenticatorUnavailableError } from '#libs/access';
import { OciError, OciErrorList } from '#libs/oci';
import { StorageUnavailableError } from '#libs/storage';
import { allowedMethods } from './allowed-methods.js';
import { errorBody } from './error-body.js';
import { describeFailure, describeStorageFailure } from './storage-failure.js';

/** What a handler may have said already of content that it then could not send. A cache would keep the error for it. */
const OF_THE_CONTENT = ['Accept-Ranges', 'Cache-Control', 'Docker-Content-Digest', 'ETag'];

/** Answers whatever was thrown with the error body of the distribution specification. */
@Catch()
export class RegistryExceptionFilter implements ExceptionFilter {
  private readonly logger = new Logger(RegistryExceptionFilter.name);

  catch(exception: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const response = http.getResponse<Response>();
    if (exception instanceof StorageUnavailableError) this.logger.warn(describeFailure(exception));
    // Too late to answer: the client has gone, or a part of the body is already on its way.
    if (response.destroyed || response.headersSent) {
      response.destroy();
      return;
    }
    this.send(this.describe(exception, http.getRequest<Request>()), response);
  }

  private describe(exception: unknown, request: Request): OciErrorList {
    if (exception instanceof OciErrorList) return exception;
    if (exception instanceof OciError) return new OciErrorList([exception]);
    if (exception instanceof HttpException) return new OciErrorList([describeHttp(exception, request)]);
    const known = describeStorageFailure(exception) ?? this.describeAccess(exception);
    if (known) return new OciErrorList([known]);
    this.logger.error(exception);
    return new OciErrorList([new OciError('UNKNOWN')]);
  }

  /** Whoever is to say whose credentials these are does not answer: the operator should know, and the client try again. */
  private describeAccess(exception: unknown): OciError | undefined {
    if (!(exception instanceof AuthenticatorUnavailableError)) return undefined;
    this.logger.error(exception);
    const message = 'logins cannot be checked at the moment; try again';
    return new OciError('UNAVAILABLE', undefined, { message, headers: { 'Retry-After': '5' }, cause: exception });
  }

  private send({ errors }: OciErrorList, response: Response): void {
    for (const name of OF_THE_CONTENT) response.removeHeader(name);
    if (errors[0].status === 404) response.removeHeader('Location');
    for (const [name, value] of Object.entries(errors[0].headers)) response.setHeader(name, value);
    const body = errorBody(errors);
    response.writeHead(errors[0].status, { 'Content-Type': 'application/json', 'Content-Length': body.length });
    response.end(body);
    // A handler that failed in the middle of a body has left the rest of it in the way of the next request.
    response.req.resume();
  }
}

/** What Nest and Express find wrong with a request: no such route, or a path that cannot be decoded. */
function describeHttp(exception: HttpException, request: Request): OciError {
  const status = exception.getStatus();
  if (status !== 404) return new OciError('UNSUPPORTED', undefined, { status, message: exception.message });
  const methods = allowedMethods(request.app, request.path);
  if (methods.length === 0) return new OciError('UNSUPPORTED', undefined, { status, message: 'no such route' });
  return new OciError('UNSUPPORTED', { method: request.method, allowed: methods }, { headers: allow(methods) });
}

function allow(methods: readonly string[]): Record<string, string> {
  return { Allow: methods.join(', ') };
}
