import { nearestName } from './nearest-name.js';
import { environmentName, settingPaths } from './setting-schema.js';
import type { SettingSource } from './setting-source.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The variable that names the YAML file. */
export const CONFIG_FILE_VARIABLE = 'STOWAGE_CONFIG';

/** Variables that Kubernetes and container links set for a service called `stowage` or `stowage-…`. */
const SERVICE_LINK = /^STOWAGE_(\w+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$/;
const SERVICE_LINK_URL = /^(tcp|udp|sctp):\/\//;

/** Reads the variables that begin with `STOWAGE_`. An empty one counts as not set. */
export function readEnvironment(env: Environment): SettingSource {
  const paths = new Map(settingPaths().map((path) => [environmentName(path), path]));
  const names = [...paths.keys(), CONFIG_FILE_VARIABLE];
  const variables = Object.entries(env).filter(([key]) => key.startsWith('STOWAGE_') && key !== CONFIG_FILE_VARIABLE);
  return {
    values: variables.flatMap(([key, value]) => {
      const path = paths.get(key);
      return path && value ? [{ path, key, value }] : [];
    }),
    problems: variables
      .filter(([key, value]) => !paths.has(key) && !isServiceLink(key, value))
      .map(([key]) => ({ key, rule: 'is not a setting', fix: fixOf(key, names) })),
  };
}

function isServiceLink(key: string, value = ''): boolean {
  return SERVICE_LINK.test(key) || (key.endsWith('_PORT') && SERVICE_LINK_URL.test(value));
}

function fixOf(key: string, names: readonly string[]): string {
  const nearest = nearestName(key, names);
  return nearest ? `Did you mean ${nearest}? If not, remove it.` : 'Remove it; .env.example lists every variable.';
}
