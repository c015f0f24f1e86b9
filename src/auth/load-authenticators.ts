import type { Authenticator } from '#libs/access';
import type { AuthConfig, AuthenticatorName } from '../config/index.js';

/**
 * Opens the authenticators that the configuration names, in its order. The code of one, and of its packages, is loaded only
 * here, when it is chosen. Those that need the storage are not among them: their modules register them.
 */
export async function loadAuthenticators(config: AuthConfig): Promise<Authenticator[]> {
  const opened: Authenticator[] = [];
  for (const name of config.authenticators) {
    const authenticator = await loadAuthenticator(name);
    if (authenticator) opened.push(authenticator);
  }
  return opened;
}

async function loadAuthenticator(name: AuthenticatorName): Promise<Authenticator | null> {
  switch (name) {
    default:
      return null;
  }
}
