import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { CONFIG_FILE_VARIABLE } from './environment.source.js';
import { loadRegistryConfig } from './load-registry-config.js';
import { RegistryConfig } from './registry.config.js';
import { environmentName, settingPaths } from './setting-schema.js';

const text = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8');
const variables = parseEnv(text);

describe('.env.example', () => {
  it('lists every setting, and nothing else', () => {
    const names = [CONFIG_FILE_VARIABLE, ...settingPaths().map(environmentName)];
    expect(Object.keys(variables).sort()).toEqual(names.sort());
  });

  it('gives the default of every setting', () => {
    expect(loadRegistryConfig(variables)).toEqual(new RegistryConfig());
  });

  it('leaves empty only what has no default', () => {
    expect(Object.keys(variables).filter((name) => variables[name] === '')).toEqual([
      'STOWAGE_CONFIG',
      'STOWAGE_HTTP_PUBLIC_URL',
      'STOWAGE_HTTP_TRUSTED_PROXIES',
      'STOWAGE_SCHEMA1_AUTHORITIES',
      'STOWAGE_SCHEMA1_SIGNING_KEY',
    ]);
  });

  it('has one line of comment above every variable', () => {
    const lines = text.split('\n');
    const bare = lines.filter((line, index) => /^[A-Z]/.test(line) && !/^# \S/.test(lines[index - 1] ?? ''));
    expect(bare).toEqual([]);
  });
});
