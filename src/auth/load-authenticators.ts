import { Logger } from '@nestjs/common';
import type { Authenticator } from '#libs/access';
import type { AuthConfig, AuthenticatorName, LdapConfig, TokenConfig } from '../config/index.js';
import { readYaml } from '../policy/index.js';

/**
 * Opens the authenticators that the configuration names, in its order. The code of one, and of its packages, is loaded only
 * here, when it is chosen. Those that need the storage are not among them: their modules register them.
 */
export async function loadAuthenticators(config: AuthConfig): Promise<Authenticator[]> {
  const opened: Authenticator[] = [];
  for (const name of config.authenticators) {
    const authenticator = await loadAuthenticator(name, config);
    if (authenticator) opened.push(authenticator);
  }
  return opened;
}

async function loadAuthenticator(name: AuthenticatorName, config: AuthConfig): Promise<Authenticator | null> {
  switch (name) {
    case 'htpasswd':
      return loadHtpasswd(config);
    case 'ldap':
      return loadLdap(config.ldap);
    case 'oidc':
      return loadOidc(config);
    case 'certificate':
      return (await import('#libs/auth-certificate')).openCertificates(config.certificate);
    case 'token':
      return openTokens(config.token);
    default:
      return null;
  }
}

async function openTokens({ issuer = '', service = '', ...sources }: TokenConfig): Promise<Authenticator> {
  const { openTokenVerifier } = await import('#libs/tokens');
  const logger = new Logger('TokenVerifier');
  return openTokenVerifier({ ...sources, issuer, service, onProblem: (error) => logger.error(error) });
}

async function loadHtpasswd({ htpasswd: { file, groupsFile } }: AuthConfig): Promise<Authenticator> {
  const { openHtpasswd } = await import('#libs/auth-htpasswd');
  const logger = new Logger('htpasswd');
  return openHtpasswd({ file: required(file), groupsFile, onProblem: (problem) => logger.error(problem) });
}

async function loadLdap(config: LdapConfig): Promise<Authenticator> {
  const { openLdap } = await import('#libs/auth-ldap');
  return openLdap({ ...config, baseDn: required(config.baseDn) });
}

async function loadOidc({ oidc: { issuers } }: AuthConfig): Promise<Authenticator> {
  const { openOidc, readIssuers } = await import('#libs/auth-oidc');
  return openOidc({ issuers: readIssuers(await readYaml(required(issuers))) });
}

/** What the configuration does not let be missing. */
function required(value: string | undefined): string {
  if (value === undefined) throw new TypeError('a setting of an authenticator is missing');
  return value;
}
