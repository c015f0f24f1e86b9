import { Logger } from '@nestjs/common';
import type { Authenticator } from '#libs/access';
import type { AuthConfig, AuthenticatorName, TokenConfig } from '../config/index.js';

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
