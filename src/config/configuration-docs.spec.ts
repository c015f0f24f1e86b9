import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { ConfigurationError } from './configuration.error.js';
import { loadRegistryConfig } from './load-registry-config.js';
import { environmentName, settingPaths } from './setting-schema.js';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const page = read('docs/configuration.md');
const defaults = parseEnv(read('.env.example'));

describe('docs/configuration.md', () => {
  it('has a row for every setting, in the order of the schema, with its names and its default', () => {
    const rows = settingPaths().map((path) => {
      const name = environmentName(path);
      const standard = defaults[name] === '' ? '' : ` \`${defaults[name]}\``;
      return `| \`${path.join('.')}\` | \`${name}\` |${standard} |`;
    });
    const documented = page.split('\n').filter((line) => line.startsWith('| `'));
    expect(documented.map((line) => line.split('|').slice(0, 4).join('|').concat('|'))).toEqual(rows);
  });

  it('shows the message that its wrong example gives', () => {
    const yaml = /With this\n`stowage.yaml`\n\n```yaml\n(.*?)```/s.exec(page)?.[1] ?? '';
    const env = { STOWAGE_CONFIG: 'stowage.yaml', STOWAGE_HTTP_HOST: '0.0.0', STOWAGE_LOG_LEVL: 'debug' };
    let message = '';
    try {
      loadRegistryConfig(env, () => yaml);
    } catch (error) {
      if (error instanceof ConfigurationError) message = error.message;
    }
    expect(message).not.toBe('');
    // The order of environment variables is not ours.
    for (const line of message.split('\n')) expect(page).toContain(line);
  });

  it('has a right example of YAML', () => {
    const yaml = /## YAML\n\n```yaml\n(.*?)```/s.exec(page)?.[1] ?? '';
    const config = loadRegistryConfig({ STOWAGE_CONFIG: 'stowage.yaml' }, () => yaml);
    expect(config.storage.filesystem.root).toBe('/var/lib/stowage');
  });
});
