import { applyDecorators } from '@nestjs/common';
import type { ParameterObject, RequestBodyObject, ResponseObject } from '@nestjs/swagger';
import { Describe } from '../http/index.js';
import { type Failure, failureResponses } from './failure.js';
import { SERVER_FAILED, TOO_MANY_REQUESTS } from './failures.js';

/** A parameter in the query or the headers. What stands in the path is described where it is bound. */
export type Parameter = ParameterObject & { in: 'query' | 'header' };

/** What the OpenAPI document tells of one operation. */
export interface OperationDescription {
  /** One line. */
  readonly summary: string;
  /** Markdown, where a line is not enough. */
  readonly description?: string;
  readonly parameters?: readonly Parameter[];
  readonly body?: RequestBodyObject;
  /** The answers to a request that went well, by status. */
  readonly responses: Readonly<Record<number, ResponseObject>>;
  /** Everything that may go wrong besides a failure of the server, and requests that are too many. */
  readonly failures?: readonly Failure[];
  /** Whether it is answered however often somebody asks. */
  readonly isUnlimited?: boolean;
}

/** Describes a handler. Its parameters in the path are described by the decorators that bind them. */
export function describeOperation(operation: OperationDescription): MethodDecorator {
  const { summary, description, parameters = [], body, responses, failures = [], isUnlimited = false } = operation;
  const common = isUnlimited ? [SERVER_FAILED] : [TOO_MANY_REQUESTS, SERVER_FAILED];
  return Describe(({ ApiHeader, ApiOperation, ApiQuery, ApiResponse }) => {
    const answers = { ...responses, ...failureResponses([...failures, ...common]) };
    return applyDecorators(
      ApiOperation({ summary, ...(description && { description }), ...(body && { requestBody: body }) }),
      ...parameters.map(({ in: place, ...parameter }) =>
        place === 'query' ? ApiQuery({ required: false, ...parameter }) : ApiHeader({ required: false, ...parameter }),
      ),
      ...Object.entries(answers).map(([status, response]) => ApiResponse({ status: Number(status), ...response })),
    );
  });
}

/** Puts the operations of a controller under a heading of the document. */
export function DescribedUnder(heading: string): ClassDecorator {
  return Describe(({ ApiTags }) => ApiTags(heading));
}
