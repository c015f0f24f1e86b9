import { describeOperation, json } from '../openapi/index.js';

export const DescribeGetHealth = () =>
  describeOperation({
    summary: 'Tells that the process is alive',
    isUnlimited: true,
    responses: { 200: { description: 'It is.', content: json('Health', { status: 'ok' }) } },
  });
