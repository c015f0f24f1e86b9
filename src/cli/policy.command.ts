import { type Command, Option } from 'commander';
import { ACTIONS, type Action, ANONYMOUS, type Explanation, type Policy, type Principal } from '#libs/access';
import { isTag, OciError, parseRepositoryName } from '#libs/oci';
import { PolicyFileError, readPolicy } from '../policy/index.js';
import { ExitCode, UsageError } from './command-error.js';

interface ExplainOptions {
  readonly policy: string;
  readonly action: Action;
  readonly user?: string;
  readonly group: readonly string[];
  readonly claim: readonly string[];
  readonly authenticator?: string;
  readonly repository?: string;
  readonly tag?: string;
}

const EXIT_CODES = `
Exit codes:
  0  it is allowed
  1  it is refused
  2  the arguments or the policy make no sense`;

const DESCRIPTION = [
  'Says what a policy decides, and which rule does. Whoever points a tag to another manifest needs push and overwrite.',
  'Nothing but the policy is looked at: what a token is for may be less.',
].join(' ');

/** Adds `stowage policy explain`; `exitWith` is told what to exit with. */
export function addPolicy(program: Command, exitWith: (code: number) => void): void {
  program
    .command('policy')
    .description('Looks at policies, which say who may do what.')
    .command('explain')
    .summary('say what a policy decides, and which rule')
    .description(DESCRIPTION)
    .requiredOption('--policy <file>', 'file of the policy, YAML or JSON')
    .addOption(new Option('--action <action>', 'what is to be done').choices(ACTIONS).makeOptionMandatory())
    .option('--user <name>', 'who is to do it; without it, somebody who has not logged in')
    .option('--group <name>', 'a group of the user; may be repeated', collect, [])
    .option('--claim <key=value>', 'a claim of the user, as text or as JSON in [] or {}; may be repeated', collect, [])
    .option('--authenticator <name>', 'who vouches for the user')
    .option('--repository <name>', 'the repository that it is done to')
    .option('--tag <tag>', 'the tag that is set')
    .addHelpText('after', EXIT_CODES)
    .action(async (options: ExplainOptions) => exitWith(await explain(options)));
}

async function explain(options: ExplainOptions): Promise<number> {
  const { action } = options;
  const repository = repositoryOf(options);
  const tag = tagOf(options);
  const explanation = (await policyIn(options.policy)).explain({
    principal: principalOf(options),
    action,
    ...(repository !== undefined && { repository }),
    ...(tag !== undefined && { tag }),
  });
  process.stdout.write(textOf(explanation));
  return explanation.isAllowed ? ExitCode.success : ExitCode.failure;
}

function textOf({ isAllowed, rule, reason, matching }: Explanation): string {
  const decision = isAllowed ? 'allowed' : 'refused';
  if (!rule) return `${decision}: ${reason}\n`;
  const others = matching.filter((name) => name !== rule.name);
  const also = others.map((name) => `also matches: ${name}\n`).join('');
  return `${decision} by the rule: ${rule.name}\n${also}`;
}

async function policyIn(path: string): Promise<Policy> {
  try {
    return await readPolicy(path);
  } catch (error) {
    if (error instanceof PolicyFileError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

function principalOf({ user, group, claim, authenticator = '' }: ExplainOptions): Principal {
  if (user !== undefined) {
    return { name: user, isAnonymous: false, groups: group, claims: claimsOf(claim), authenticator };
  }
  if (group.length > 0 || claim.length > 0 || authenticator !== '') {
    throw new UsageError('--group, --claim and --authenticator need --user');
  }
  return ANONYMOUS;
}

function claimsOf(texts: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    texts.map((text) => {
      const end = text.indexOf('=');
      if (end < 1) throw new UsageError(`a claim is written as key=value, and not as ${text}`);
      return [text.slice(0, end), claimValue(text.slice(end + 1))];
    }),
  );
}

function claimValue(text: string): unknown {
  if (!/^[[{]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`the claim ${text} is not JSON`, { cause: error });
  }
}

function repositoryOf({ action, repository }: ExplainOptions): string | undefined {
  if (action === 'catalog' && repository !== undefined) {
    throw new UsageError('catalog is for the whole registry: leave out --repository');
  }
  if (repository === undefined) {
    if (action === 'catalog' || action === 'administer') return undefined;
    throw new UsageError(`${action} needs --repository`);
  }
  try {
    return parseRepositoryName(repository);
  } catch (error) {
    if (error instanceof OciError) throw new UsageError(`${repository} is no name of a repository`, { cause: error });
    throw error;
  }
}

function tagOf({ action, tag }: ExplainOptions): string | undefined {
  if (tag === undefined) return undefined;
  if (action !== 'push' && action !== 'overwrite') throw new UsageError('--tag is for push and overwrite');
  if (!isTag(tag)) throw new UsageError(`${tag} is no tag`);
  return tag;
}

function collect(value: string, values: readonly string[]): readonly string[] {
  return [...values, value];
}
