import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CommandProcess } from './support/command.js';

const POLICY = `
rules:
  - name: everybody may pull what is public
    effect: allow
    anonymous: true
    repositories: [public/**]
    actions: [pull]
  - name: developers
    effect: allow
    groups: [developers]
    repositories: [team/**]
  - name: releases stay
    effect: deny
    repositories: [team/**]
    tags: [v*]
    actions: [overwrite]
  - name: the pipeline of the application
    effect: allow
    authenticators: [oidc]
    claims: { repository: org/app, environment: [prod, staging] }
    repositories: [team/app]
    actions: [push]
`;

describe('stowage policy explain', () => {
  let folder: string;
  let policy: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stowage-policy-'));
    policy = join(folder, 'policy.yaml');
    await writeFile(policy, POLICY);
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function explain(args: string, file = policy) {
    const command = new CommandProcess('policy', 'explain', '--policy', file, ...args.split(' '));
    return { exit: await command.exit, stdout: command.stdout, stderr: command.stderr };
  }

  it.each([
    ['--action pull --repository public/a', 0, 'allowed by the rule: everybody may pull what is public\n'],
    ['--action push --repository public/a', 1, 'refused: no rule allows it\n'],
    ['--user anna --group developers --action push --repository team/a', 0, 'allowed by the rule: developers\n'],
    [
      '--user anna --group staff --group developers --action overwrite --repository team/a --tag v1',
      1,
      'refused by the rule: releases stay\nalso matches: developers\n',
    ],
    [
      '--user ci --authenticator oidc --claim repository=org/app --claim environment=["prod"] --action push --repository team/app',
      0,
      'allowed by the rule: the pipeline of the application\n',
    ],
    ['--user anna --action catalog', 1, 'refused: no rule allows it\n'],
  ])('%s: %i', async (args, exit, stdout) => {
    expect(await explain(args)).toEqual({ exit, stdout, stderr: '' });
  });

  it.each([
    ['--action write --repository a', 'Allowed choices are pull, push'],
    ['--action pull', 'pull needs --repository'],
    ['--action pull --repository A', 'A is no name of a repository'],
    ['--action push --repository a --tag .', '. is no tag'],
    ['--action pull --repository a --tag v1', '--tag is for push and overwrite'],
    ['--action catalog --repository a', 'leave out --repository'],
    ['--action pull --repository a --group x', 'need --user'],
    ['--action pull --repository a --user x --claim y', 'key=value'],
    ['--action pull --repository a --user x --claim y={', 'is not JSON'],
  ])('does not understand %s', async (args, reason) => {
    expect(await explain(args)).toEqual({ exit: 2, stdout: '', stderr: expect.stringContaining(reason) });
  });

  it('decides on the example of docs/access.md as it is shown there', async () => {
    const page = await readFile(new URL('../docs/access.md', import.meta.url), 'utf8');
    const example = join(folder, 'example.yaml');
    await writeFile(example, /```yaml\n(.*?)```/s.exec(page)?.[1] ?? '');
    const shown = /```console\n(.*?)```/s.exec(page)?.[1] ?? '';
    const runs = [...shown.matchAll(/^\$ stowage policy explain --policy policy.yaml (.*)\n((?:[^$].*\n)+)/gm)];
    expect(runs.length).toBe(2);
    for (const [, args = '', output] of runs) expect((await explain(args, example)).stdout).toBe(output);
  });

  it('says what is wrong with the policy', async () => {
    const wrong = join(folder, 'wrong.yaml');
    await writeFile(wrong, 'rules: [{ name: a rule, effect: allow, actions: [write] }]');
    const { exit, stderr } = await explain('--action pull --repository a', wrong);
    expect([exit, stderr]).toEqual([2, expect.stringContaining('the rule a rule: actions must be out of')]);
    expect((await explain('--action pull --repository a', join(folder, 'none'))).exit).toBe(2);
  });
});
