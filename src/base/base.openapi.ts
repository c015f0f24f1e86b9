import { describeOperation, json, LOGIN_UNAVAILABLE, UNAUTHENTICATED } from '../openapi/index.js';

export const DescribeGetBase = () =>
  describeOperation({
    summary: 'Tells that this is a registry that speaks the distribution API',
    description: 'The path may end in a slash. Clients ask here how to log in, and whether a login is good.',
    responses: { 200: { description: 'It is one.', content: json('Empty', {}) } },
    failures: [UNAUTHENTICATED, LOGIN_UNAVAILABLE],
  });
