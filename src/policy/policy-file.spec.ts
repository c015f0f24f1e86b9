import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ANONYMOUS } from '#libs/access';
import { PolicyFile, readPolicy } from './index.js';

const ALLOWED = 'rules: [{ name: pull, effect: allow, anonymous: true, actions: [pull] }]';
const REFUSED = 'rules: []';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stowage-policy-'));
  path = join(folder, 'policy.yaml');
});
afterEach(() => rm(folder, { recursive: true }));

describe('readPolicy', () => {
  it.each([
    ['YAML', ALLOWED],
    ['JSON', '{ "rules": [{ "name": "pull", "effect": "allow", "anonymous": true, "actions": ["pull"] }] }'],
  ])('reads %s', async (_, text) => {
    await writeFile(path, text);
    const policy = await readPolicy(path);
    expect(policy.decide({ principal: ANONYMOUS, action: 'pull', repository: 'a' }).isAllowed).toBe(true);
  });

  it.each([
    ['is empty', '', 'the policy: rules must be a list of rules'],
    ['is not YAML', 'rules: [', 'at line 1'],
    [
      'has a rule that is wrong',
      'rules: [{ name: a, effect: allow, actions: [write] }]',
      'the rule a: actions must be',
    ],
    ['has a key twice', 'rules: []\nrules: []', 'must be unique at line 2'],
  ])('says what is wrong with a file that %s', async (_, text, reason) => {
    await writeFile(path, text);
    await expect(readPolicy(path)).rejects.toThrow(`the policy in ${path} cannot be used`);
    await expect(readPolicy(path)).rejects.toThrow(reason);
  });

  it('says that there is no file', async () => {
    await expect(readPolicy(path)).rejects.toThrow('ENOENT');
  });
});

describe('PolicyFile', () => {
  it('goes by the changes of its file, and by the last that made sense', async () => {
    const events: string[] = [];
    await writeFile(path, REFUSED);
    const file = await PolicyFile.open(path, {
      interval: 10,
      onReload: () => events.push('reloaded'),
      onError: (error) => events.push(String(error)),
    });
    const isAllowed = () =>
      file.decide({ principal: ANONYMOUS, action: 'pull', repository: 'a', remoteAddress: '' }).isAllowed;
    const settle = async (change: Promise<void>, count: number) => {
      await change;
      while (events.length < count) await setTimeout(5);
    };
    expect(isAllowed()).toBe(false);
    await settle(writeFile(path, ALLOWED), 1);
    expect(isAllowed()).toBe(true);
    await settle(writeFile(path, 'rules: ['), 2);
    expect([isAllowed(), events[1]]).toEqual([true, expect.stringContaining('cannot be used')]);
    await settle(rm(path), 3);
    expect([isAllowed(), events[2]]).toEqual([true, expect.stringContaining('ENOENT')]);
    // As editors and configuration management do it.
    await writeFile(join(folder, 'new'), REFUSED);
    await settle(rename(join(folder, 'new'), path), 4);
    expect([isAllowed(), events[3]]).toEqual([false, 'reloaded']);
    await file.close();
  });

  it('does not begin with a file that makes no sense', async () => {
    await writeFile(path, 'rules: {}');
    await expect(PolicyFile.open(path)).rejects.toThrow('rules must be a list of rules');
  });
});
