import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hash } from '@node-rs/bcrypt';
import { BASE, Slapd } from '../../access/slapd.ts';
import { Authority } from '../../support/authority.ts';
import { freePort } from '../../support/free-port.ts';
import { CLIENT, IdentityProviderServer } from '../../support/identity-provider.ts';
import { startServer } from '../../support/server-process.ts';
import { find } from '../clients/client.ts';
import type { Workspace } from '../workspace.ts';
import type { Credentials } from './session.ts';
import { TokenService } from './token-service.ts';
import { startWorkloadIssuer } from './workload-issuer.ts';

/** A registry where people log in in one way. */
export interface RunningScheme {
  readonly host: string;
  /** Of the certificate of the registry; absent where it speaks plain HTTP. */
  readonly authority?: string;
  /** What clients are told to log in with. */
  readonly challenge: 'Basic' | 'Bearer';
  /** Whether not the registry but a token service says who may do what. */
  readonly isDecidedByTokens: boolean;
  /** May pull and push everywhere. */
  readonly writer: Credentials;
  /** Is known, and may do what the anonymous may: to pull what is public. */
  readonly stranger: Credentials;
  /** Nobody vouches for these. */
  readonly wrong: Credentials;
  /** For programs that cannot show a certificate, where the others do. */
  readonly passwords?: Pick<RunningScheme, 'writer' | 'stranger' | 'wrong'>;
  stop(): Promise<void>;
}

export interface LoginScheme {
  readonly name: string;
  start(workspace: Workspace): Promise<RunningScheme>;
}

const POLICY = `
rules:
  - { name: everybody may pull what is public, effect: allow, anonymous: true, repositories: [public/**], actions: [pull] }
  - { name: writers, effect: allow, principals: [writer, 'job:writer'], actions: [pull, push] }
`;

const PASSWORDS: Readonly<Record<string, string>> = { writer: 'of the writer: ü', stranger: 'of the stranger' };

const BY_PASSWORD = {
  writer: { user: 'writer', password: PASSWORDS.writer ?? '' },
  stranger: { user: 'stranger', password: PASSWORDS.stranger ?? '' },
  wrong: { user: 'writer', password: 'of nobody' },
};

const htpasswd: LoginScheme = {
  name: 'htpasswd, by tokens',
  start: async (workspace) => {
    const server = await startRegistry(workspace, await htpasswdSettings(workspace));
    return { ...server, ...BY_PASSWORD };
  },
};

const withoutTokens: LoginScheme = {
  name: 'htpasswd, without tokens',
  start: async (workspace) => {
    const settings = await htpasswdSettings(workspace);
    const server = await startRegistry(workspace, { ...settings, STOWAGE_AUTH_TOKENS_ENABLED: 'false' });
    return { ...server, ...BY_PASSWORD, challenge: 'Basic' };
  },
};

const ldap: LoginScheme = {
  name: 'LDAP, by tokens',
  start: async (workspace) => {
    const organization = `dn: ${BASE}\nobjectClass: dcObject\nobjectClass: organization\no: Example\ndc: example\n`;
    const people = Object.entries(PASSWORDS).map(
      ([name, password]) => `
dn: uid=${name},${BASE}
objectClass: inetOrgPerson
uid: ${name}
cn: ${name}
sn: ${name}
userPassword: ${password}
`,
    );
    const slapd = await Slapd.start(await workspace.folder('ldap'), { entries: [organization, ...people].join('\n') });
    workspace.onClose(() => slapd.stop());
    const server = await startRegistry(workspace, {
      STOWAGE_AUTH_AUTHENTICATORS: 'ldap',
      STOWAGE_AUTH_LDAP_URLS: slapd.url,
      STOWAGE_AUTH_LDAP_BASE_DN: BASE,
    });
    return { ...server, ...BY_PASSWORD, stop: () => server.stop().finally(() => slapd.stop()) };
  },
};

const apiKeys: LoginScheme = {
  name: 'API keys, by tokens',
  start: async (workspace) => {
    const policy = `${POLICY}  - { name: administrators, effect: allow, principals: [admin] }\n`;
    const settings = await htpasswdSettings(workspace, { admin: 'of the administrator' });
    const server = await startRegistry(workspace, { ...settings, STOWAGE_AUTH_AUTHENTICATORS: 'key,htpasswd' }, policy);
    const keys = `http://${server.host}/api/v1/keys`;
    const authorization = `Basic ${Buffer.from('admin:of the administrator').toString('base64')}`;
    const ask = async (method: string, url: string, body?: object) => {
      const headers = { authorization, 'Content-Type': 'application/json' };
      const response = await fetch(url, { method, headers, ...(body && { body: JSON.stringify(body) }) });
      if (!response.ok) throw new Error(`${method} ${url} is answered with ${response.status}`);
      return response;
    };
    const make = async (name: string) => {
      const grants = [{ actions: ['pull', 'push'] }];
      const answer = await ask('POST', keys, { name, grants });
      return (await answer.json()) as { id: string; secret: string };
    };
    const [writer, stranger, revoked] = [await make('writer'), await make('stranger'), await make('writer')];
    await ask('DELETE', `${keys}/${revoked.id}`);
    return {
      ...server,
      writer: { user: 'writer', password: writer.secret },
      stranger: { user: 'robot', password: stranger.secret },
      wrong: { user: 'writer', password: revoked.secret },
    };
  },
};

const workloads: LoginScheme = {
  name: 'tokens of workloads, by tokens',
  start: async (workspace) => {
    const issuer = await startWorkloadIssuer();
    workspace.onClose(() => issuer.stop());
    const issuers = join(await workspace.folder('oidc'), 'issuers.json');
    const expected = { issuer: issuer.url, audience: 'registry', prefix: 'job:' };
    await writeFile(issuers, JSON.stringify({ issuers: [expected] }));
    const server = await startRegistry(workspace, {
      STOWAGE_AUTH_AUTHENTICATORS: 'oidc',
      STOWAGE_AUTH_OIDC_ISSUERS: issuers,
    });
    const token = async (subject: string, audience = 'registry') => ({
      user: 'oidc',
      password: await issuer.tokenFor(subject, audience),
    });
    return {
      ...server,
      writer: await token('writer'),
      stranger: await token('stranger'),
      wrong: await token('writer', 'elsewhere'),
    };
  },
};

const externalTokens: LoginScheme = {
  name: 'the token service of others',
  start: async (workspace) => {
    const service = await TokenService.start({
      service: 'registry.test',
      passwords: PASSWORDS,
      may: (user, action, repository) => user === 'writer' || (action === 'pull' && repository.startsWith('public/')),
    });
    workspace.onClose(() => service.stop());
    const settings = {
      STOWAGE_AUTH_AUTHENTICATORS: 'token',
      STOWAGE_AUTH_TOKEN_REALM: service.realm,
      STOWAGE_AUTH_TOKEN_SERVICE: 'registry.test',
      STOWAGE_AUTH_TOKEN_ISSUER: service.issuer,
      STOWAGE_AUTH_TOKEN_JWKS_URL: service.keys,
    };
    const policy = 'rules: [{ name: as the token says, effect: allow, authenticators: [token] }]';
    const server = await startRegistry(workspace, settings, policy);
    // Crane follows no registry to a private address, only to a name, and oras to loopback only by the registry's own name.
    const host = server.host.replace('127.0.0.1', 'localhost');
    return { ...server, host, ...BY_PASSWORD, isDecidedByTokens: true };
  },
};

const browser: LoginScheme = {
  name: 'passwords by the browser, by tokens',
  start: async (workspace) => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const provider = await IdentityProviderServer.start(`${url}/auth/callback`, () => ({}));
    workspace.onClose(() => provider.stop());
    const server = await startRegistry(workspace, {
      STOWAGE_HTTP_PORT: String(port),
      STOWAGE_HTTP_PUBLIC_URL: url,
      STOWAGE_AUTH_AUTHENTICATORS: 'login',
      STOWAGE_AUTH_LOGIN_ISSUER: provider.issuer,
      STOWAGE_AUTH_LOGIN_CLIENT_ID: CLIENT.id,
      STOWAGE_AUTH_LOGIN_CLIENT_SECRET: CLIENT.secret,
    });
    const logIn = async (user: string) => {
      const begun = await fetch(`${url}/auth/login`, { redirect: 'manual' });
      const [cookie = ''] = begun.headers.getSetCookie();
      const back = await provider.logIn(begun.headers.get('location') ?? '', user);
      const page = await fetch(back, { headers: { cookie: cookie.split(';')[0] ?? '' } });
      return { user, password: find(/(stowlogin_[\w-]+)/, await page.text()) };
    };
    const writer = await logIn('writer');
    return {
      ...server,
      writer,
      stranger: await logIn('stranger'),
      wrong: { user: 'writer', password: `${writer.password.slice(0, -1)}_` },
    };
  },
};

const certificates: LoginScheme = {
  name: 'certificates',
  start: async (workspace) => {
    const folder = await workspace.folder('authorities');
    const own = await Authority.create(join(folder, 'own'), 'own');
    const clients = await Authority.create(join(folder, 'clients'), 'clients');
    const server = await own.issue('server', { names: 'IP:127.0.0.1' });
    const running = await startRegistry(workspace, {
      ...(await htpasswdSettings(workspace)),
      STOWAGE_AUTH_AUTHENTICATORS: 'certificate,htpasswd',
      STOWAGE_HTTP_TLS_CERTIFICATE: server.certificate,
      STOWAGE_HTTP_TLS_KEY: server.key,
      STOWAGE_HTTP_TLS_CLIENT_AUTHORITIES: clients.certificate,
    });
    return {
      ...running,
      authority: own.certificate,
      writer: { certificate: await clients.issue('writer') },
      stranger: { certificate: await clients.issue('stranger') },
      wrong: { certificate: await own.issue('of another', { subject: '/CN=writer' }) },
      passwords: BY_PASSWORD,
    };
  },
};

export const LOGIN_SCHEMES: readonly LoginScheme[] = [
  htpasswd,
  withoutTokens,
  ldap,
  apiKeys,
  workloads,
  externalTokens,
  browser,
  certificates,
];

async function htpasswdSettings(
  workspace: Workspace,
  passwords: Readonly<Record<string, string>> = PASSWORDS,
): Promise<Record<string, string>> {
  const file = join(await workspace.folder('htpasswd'), 'users');
  const lines = Object.entries(passwords).map(
    async ([user, password]) => `${user}:${await hash(password, { cost: 4 })}`,
  );
  await writeFile(file, (await Promise.all(lines)).join('\n'));
  return { STOWAGE_AUTH_AUTHENTICATORS: 'htpasswd', STOWAGE_AUTH_HTPASSWD_FILE: file };
}

async function startRegistry(
  workspace: Workspace,
  settings: Record<string, string>,
  policy = POLICY,
): Promise<Pick<RunningScheme, 'host' | 'challenge' | 'isDecidedByTokens' | 'stop'>> {
  const folder = await workspace.folder('registry');
  await mkdir(join(folder, 'root'));
  await writeFile(join(folder, 'policy.yaml'), policy);
  const server = await startServer({
    // Each client shows a wrong password of the same name, from one address and at the same time.
    STOWAGE_LIMITS_LOGIN_FAILURES: '0',
    STOWAGE_STORAGE_FILESYSTEM_ROOT: join(folder, 'root'),
    STOWAGE_AUTH_POLICY: join(folder, 'policy.yaml'),
    ...settings,
  });
  const { host } = new URL(server.url);
  return { host, challenge: 'Bearer', isDecidedByTokens: false, stop: () => server.stop() };
}
