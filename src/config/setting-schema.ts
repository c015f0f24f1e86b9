import { RegistryConfig } from './registry.config.js';

/** What the settings are called, read off the default configuration: a section is an object, all else is a setting. */
export type Section = Readonly<Record<string, unknown>>;

export const SCHEMA: Section = { ...new RegistryConfig() };

export function isSection(value: unknown): value is Section {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Paths of all settings, such as `['http', 'port']`. */
export function settingPaths(section: Section = SCHEMA, path: readonly string[] = []): string[][] {
  return Object.entries(section).flatMap(([name, value]) =>
    isSection(value) ? settingPaths(value, [...path, name]) : [[...path, name]],
  );
}

/** The environment variable of a setting: `http.idleTimeout` is `STOWAGE_HTTP_IDLE_TIMEOUT`. */
export function environmentName(path: readonly string[]): string {
  return `STOWAGE_${path.map((name) => name.replace(/[A-Z]/g, '_$&')).join('_')}`.toUpperCase();
}
