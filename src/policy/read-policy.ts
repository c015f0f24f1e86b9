import { readFile } from 'node:fs/promises';
import { AccessError, Policy, PolicyError } from '#libs/access';

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
    return Policy.parse(await readYaml(await readFile(path, 'utf8')));
  } catch (error) {
    throw new PolicyFileError(path, reasonOf(error), { cause: error });
  }
}

async function readYaml(text: string): Promise<unknown> {
  // Loaded for those who have a policy.
  // The bundle gives packages of CommonJS as a whole.
  const { default: yaml } = await import('yaml');
  return yaml.parse(text, { stringKeys: true });
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return ` ${error}`;
  return error instanceof PolicyError ? `\n  ${error.message.replaceAll('\n', '\n  ')}` : ` ${error.message.trim()}`;
}
