import { once } from 'node:events';
import { get } from 'node:http';
import { Policy } from '#libs/access';
import { Accounts, passwordOf } from './accounts.js';
import { type Registry, startRegistry } from './registry.js';

/** The people of `startWithLogins`: what each may do is in the rules below. */
const GROUPS = { root: ['admins'], ann: ['dev'], bob: [] };

const RULES = [
  {
    name: 'anybody pulls what is public',
    effect: 'allow',
    anonymous: true,
    repositories: ['public/**'],
    actions: ['pull'],
  },
  { name: 'all pull', effect: 'allow', actions: ['pull', 'catalog'] },
  {
    name: 'developers push',
    effect: 'allow',
    groups: ['dev'],
    repositories: ['team/**'],
    actions: ['push', 'overwrite'],
  },
  { name: 'robots push', effect: 'allow', principals: ['ci'], actions: ['push', 'overwrite', 'delete'] },
  { name: 'administrators', effect: 'allow', groups: ['admins'] },
];

type Input = NonNullable<Parameters<typeof startRegistry>[0]>;

/** A registry with logins, its own token service, and API keys. */
export function startWithLogins(input: Input = {}): Promise<Registry> {
  return startRegistry(
    { ...input, auth: { authenticators: ['key'], ...input.auth } },
    {
      auth: {
        authenticators: [new Accounts(GROUPS)],
        authorizer: Policy.parse({ rules: RULES }),
        tokenService: { service: 'stowage' },
      },
    },
  );
}

/** The parameters of a `WWW-Authenticate` header. */
export function challengeIn(header: string | undefined): Record<string, string> {
  const parameters = (header ?? '').replace(/^Bearer /, '').matchAll(/(\w+)="([^"]*)"/g);
  return Object.fromEntries([...parameters].map(([, name, value]) => [name, value]));
}

/** Gets what a client gets who logs in as `user` with scopes. */
export async function tokenOf(registry: Registry, user: string, ...scopes: string[]): Promise<string> {
  const request = registry.client().get('/token').query({ service: 'stowage', scope: scopes });
  const { body } = await (user === '' ? request : request.auth(user, passwordOf(user))).expect(200);
  return body.token;
}

/** Sends a form to the token service. */
export function postForm(registry: Registry, fields: Readonly<Record<string, string>>, path = '/token') {
  return registry.client().post(path).type('form').send(fields);
}

/** The status of a GET whose path goes to the server as it is. */
export async function statusOf(url: string, headers: Record<string, string> = {}): Promise<number | undefined> {
  const request = get(url, { headers, agent: false });
  const [response] = await once(request, 'response');
  response.resume();
  return response.statusCode;
}
