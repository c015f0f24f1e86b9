import { OciError } from '#libs/oci';
import {
  describeOperation,
  failure,
  headerReferences,
  json,
  lastEntry,
  PAGE_INVALID,
  PAGE_SIZE,
  refusals,
  schemaReference,
} from '../openapi/index.js';

const GRANTS = [{ repositories: 'team/**', actions: ['pull', 'push'] }];
const NEW_KEY = { name: 'ci', description: 'Pushes what is built', expiresIn: 7_776_000, grants: GRANTS };
const KEY = {
  id: '5f0c1e2d3b4a5968',
  name: 'ci',
  description: 'Pushes what is built',
  grants: GRANTS,
  createdAt: '2026-11-24T12:00:00.000Z',
  createdBy: 'ann',
  expiresAt: '2027-02-22T12:00:00.000Z',
};

const rules = ['grants must contain at least 1 elements'];

const BODY_FAILURES = [
  failure('the key breaks a rule', new OciError('UNSUPPORTED', { rules }, { status: 400, message: rules.join('; ') })),
  failure(
    'the body is no JSON',
    new OciError('UNSUPPORTED', undefined, { status: 415, message: 'the body must be application/json' }),
  ),
  failure(
    'the body is larger than 64 KiB',
    new OciError('SIZE_INVALID', { limit: 65_536 }, { status: 413, message: 'the body is larger than the limit' }),
  ),
];

const KEY_UNKNOWN = failure(
  'there is no such key',
  new OciError('NAME_UNKNOWN', { id: KEY.id }, { message: 'no such key' }),
);

export const DescribeCreateKey = () =>
  describeOperation({
    summary: 'Makes an API key',
    description: 'The key is shown in the answer and never again: only its hash is stored.',
    body: {
      required: true,
      content: { 'application/json': { schema: schemaReference('NewApiKey'), example: NEW_KEY } },
    },
    responses: {
      201: {
        description: 'The key.',
        headers: headerReferences('Cache-Control', 'Location'),
        content: json('CreatedApiKey', { ...KEY, secret: `stow_${KEY.id}${'x'.repeat(49)}` }),
      },
    },
    failures: [...BODY_FAILURES, ...refusals('administer')],
  });

export const DescribeListKeys = () =>
  describeOperation({
    summary: 'Lists the API keys, without their secrets',
    description: 'Without `n`, and at most, 1,000 at a time.',
    parameters: [PAGE_SIZE, lastEntry('Only keys behind this one.', KEY.id)],
    responses: {
      200: {
        description: 'Keys, in the order of their ids; those that have expired, too.',
        headers: headerReferences('Link'),
        content: json('ApiKeyList', { keys: [KEY] }),
      },
    },
    failures: [PAGE_INVALID, ...refusals('administer')],
  });

export const DescribeRevokeKey = () =>
  describeOperation({
    summary: 'Revokes an API key',
    responses: { 204: { description: 'It is good for nothing any more.' } },
    failures: [KEY_UNKNOWN, ...refusals('administer')],
  });
