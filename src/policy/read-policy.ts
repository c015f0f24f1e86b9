import { AccessError, Policy, PolicyError } from '#libs/access';
import { readYaml } from './read-yaml.js';

/** A file that holds no policy, with the reason. */
export class PolicyFileError extends AccessError {
  override readonly name = 'PolicyFileError';

  constructor(
    readonly path: string,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(`the policy in ${path} cannot be used:${reason}`, options);
  }
}

/** Reads the policy in a file of YAML or JSON. Throws a `PolicyFileError`. */
export async function readPolicy(path: string): Promise<Policy> {
  try {
    return Policy.parse(await readYaml(path));
  } catch (error) {
    throw new PolicyFileError(path, reasonOf(error), { cause: error });
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return ` ${error}`;
  return error instanceof PolicyError ? `\n  ${error.message.replaceAll('\n', '\n  ')}` : ` ${error.message.trim()}`;
}
