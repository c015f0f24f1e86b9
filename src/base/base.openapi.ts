import { describeOperation, json } from '../openapi/index.js';

export const DescribeGetBase = () =>
  describeOperation({
    summary: 'Tells that this is a registry that speaks the distribution API',
    description: 'The path may end in a slash.',
    responses: { 200: { description: 'It is one.', content: json('Empty', {}) } },
  });
