import {
  describeOperation,
  headerReferences,
  json,
  lastEntry,
  PAGE_INVALID,
  PAGE_SIZE,
  refusals,
  STORAGE_UNAVAILABLE,
} from '../openapi/index.js';

export const DescribeListRepositories = () =>
  describeOperation({
    summary: 'Lists the repositories that may be pulled from, component by component in byte order',
    description: 'Without `n`, and at most, 1,000 at a time.',
    parameters: [PAGE_SIZE, lastEntry('Only repositories behind this one.', 'library/debian')],
    responses: {
      200: {
        description: 'Repositories of the registry.',
        headers: headerReferences('Link'),
        content: json('RepositoryList', { repositories: ['library/debian', 'library/ubuntu'] }),
      },
    },
    failures: [PAGE_INVALID, ...refusals('catalog'), STORAGE_UNAVAILABLE],
  });
