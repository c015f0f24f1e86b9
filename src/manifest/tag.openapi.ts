import { OciError } from '#libs/oci';
import {
  describeOperation,
  failure,
  headerReferences,
  json,
  lastEntry,
  NAME_INVALID,
  PAGE_INVALID,
  PAGE_SIZE,
  refusals,
  STORAGE_UNAVAILABLE,
} from '../openapi/index.js';

const NAME_UNKNOWN = failure('there is no such repository', new OciError('NAME_UNKNOWN', { name: 'library/ubuntu' }));

export const DescribeListTags = () =>
  describeOperation({
    summary: 'Lists the tags of a repository in byte order',
    description: 'Without `n`, all of them.',
    parameters: [PAGE_SIZE, lastEntry('Only tags behind this one.', '22.04')],
    responses: {
      200: {
        description: 'Tags of the repository.',
        headers: headerReferences('Link'),
        content: json('TagList', { name: 'library/ubuntu', tags: ['24.04', 'latest'] }),
      },
    },
    failures: [NAME_INVALID, PAGE_INVALID, ...refusals('pull'), NAME_UNKNOWN, STORAGE_UNAVAILABLE],
  });
