import type { Authorizer } from '#libs/access';
import type { AuthConfig } from '../config/index.js';
import type { Logger } from '../log/index.js';
import { PolicyFile } from '../policy/index.js';
import { DefaultAuthorizer } from './default-authorizer.js';
import { EverybodyAuthorizer } from './everybody-authorizer.js';

/** The authorizer that the configuration means. Throws when there is a policy that cannot be used. */
export async function openAuthorizer(everybody: boolean, config: AuthConfig, logger: Logger): Promise<Authorizer> {
  if (everybody) return new EverybodyAuthorizer();
  const { policy, administrators } = config;
  if (policy === undefined) return new DefaultAuthorizer(administrators);
  return PolicyFile.open(policy, {
    onReload: () => logger.info({ policy }, 'the policy was changed'),
    onError: (err) => logger.error({ err }, 'the policy was changed and cannot be used; the one before stays in force'),
  });
}
