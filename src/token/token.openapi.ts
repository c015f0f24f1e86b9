import { OciError } from '#libs/oci';
import {
  describeOperation,
  type Failure,
  failure,
  headerReferences,
  json,
  LOGIN_UNAVAILABLE,
  type Parameter,
  refusals,
  schemaReference,
} from '../openapi/index.js';
import { invalid } from './token-request.js';

const FORM = 'application/x-www-form-urlencoded';
const EXAMPLE_TOKEN = 'eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl';

const NO_SERVICE = failure(
  'the registry has no token service',
  new OciError('UNSUPPORTED', undefined, { status: 404, message: 'no such route' }),
);

const WRONG_SERVICE = failure('`service` is another one', invalid('service must be stowage'));

const WRONG_FORM = failure('the form lacks something, or has it twice', invalid('password is missing'));

const WRONG_LOGIN = failure(
  'what the client shows of itself is wrong',
  new OciError('UNAUTHORIZED', undefined, { message: 'these credentials are not good' }),
  ['WWW-Authenticate'],
);

const FORM_FAILURES: readonly Failure[] = [
  WRONG_FORM,
  failure(
    'the body is no form',
    new OciError('UNSUPPORTED', undefined, { status: 415, message: `the body must be ${FORM}` }),
  ),
  failure(
    'the form is larger than 64 KiB',
    new OciError('SIZE_INVALID', { limit: 65_536 }, { status: 413, message: 'the body is larger than the limit' }),
  ),
];

const query = (name: string, description: string, example: string): Parameter => ({
  name,
  in: 'query',
  description,
  schema: { type: 'string', example },
});

const PARAMETERS: readonly Parameter[] = [
  query('service', 'What the challenge calls the registry.', 'stowage'),
  {
    name: 'scope',
    in: 'query',
    description: 'What the token is to be good for; may be there several times.',
    schema: { type: 'array', items: { type: 'string' }, example: ['repository:library/app:pull,push'] },
  },
  query('account', 'Name of the user; not looked at.', 'ann'),
  query('client_id', 'What the client calls itself.', 'docker'),
  {
    name: 'offline_token',
    in: 'query',
    description: 'Whether a refresh token is wanted.',
    schema: { type: 'boolean', example: true },
  },
];

const ANSWER = {
  description: 'A token for as much of the scopes as is allowed, which may be nothing.',
  headers: headerReferences('Cache-Control'),
  content: json('TokenAnswer', {
    token: EXAMPLE_TOKEN,
    access_token: EXAMPLE_TOKEN,
    token_type: 'Bearer',
    expires_in: 300,
    issued_at: '2026-11-24T12:00:00.000Z',
    scope: 'repository:library/app:pull',
  }),
};

export const DescribeGetToken = () =>
  describeOperation({
    summary: 'Issues a token to who shows a password, or to anybody for what is public',
    description:
      "Docker's token protocol. The password or API key is shown in an `Authorization` header of the scheme Basic.",
    parameters: PARAMETERS,
    responses: { 200: ANSWER },
    failures: [WRONG_SERVICE, WRONG_LOGIN, NO_SERVICE, LOGIN_UNAVAILABLE],
  });

export const DescribePostToken = () =>
  describeOperation({
    summary: 'Issues a token in the way of OAuth 2',
    body: { required: true, content: { [FORM]: { schema: schemaReference('TokenForm') } } },
    responses: { 200: ANSWER },
    failures: [WRONG_SERVICE, ...FORM_FAILURES, WRONG_LOGIN, NO_SERVICE, LOGIN_UNAVAILABLE],
  });

export const DescribeRevokeToken = () =>
  describeOperation({
    summary: 'Ends a refresh token',
    description: 'RFC 7009. A token that there is not is answered in the same way.',
    body: {
      required: true,
      content: {
        [FORM]: { schema: { type: 'object', required: ['token'], properties: { token: { type: 'string' } } } },
      },
    },
    responses: { 200: { description: 'It is good for nothing any more.', content: json('Empty', {}) } },
    failures: [...FORM_FAILURES, NO_SERVICE],
  });

export const DescribeGetKeySet = () =>
  describeOperation({
    summary: 'Shows the public keys that tokens are signed with',
    responses: {
      200: {
        description: 'The keys of the tokens that are about, and of those to come.',
        headers: headerReferences('Cache-Control'),
        content: json('JsonWebKeySet', { keys: [] }, 'application/jwk-set+json'),
      },
    },
    failures: [NO_SERVICE],
  });

export const DescribeRevokeRefreshTokens = () =>
  describeOperation({
    summary: 'Ends all refresh tokens of a user, whose account is closed for instance',
    parameters: [{ ...query('user', 'Name of the user.', 'ann'), required: true }],
    responses: {
      200: { description: 'They are good for nothing any more.', content: json('RevokedTokens', { revoked: 2 }) },
    },
    failures: [failure('`user` is missing', invalid('user is missing')), ...refusals('administer')],
  });
