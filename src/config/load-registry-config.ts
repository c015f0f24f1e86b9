import { readFileSync } from 'node:fs';
import { plainToInstance } from 'class-transformer';
import { type ValidationError, validateSync } from 'class-validator';
import { ConfigurationError, type ConfigurationProblem } from './configuration.error.js';
import { CONFIG_FILE_VARIABLE, type Environment, readEnvironment } from './environment.source.js';
import { RegistryConfig } from './registry.config.js';
import { SETTING_CONSTRAINT } from './setting.decorator.js';
import { conflictsIn } from './setting-conflicts.js';
import type { SettingSource, SourcedValue } from './setting-source.js';
import { readTree } from './tree.source.js';
import { type ReadFile, readYamlFile } from './yaml.source.js';

/** A part of the configuration. Durations are in milliseconds, sizes in bytes. */
export type RegistryConfigInput = DeepPartial<RegistryConfig>;
type DeepPartial<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { readonly [K in keyof T]?: DeepPartial<T[K]> }
    : T;

/**
 * Reads the configuration: defaults, then the YAML file that `STOWAGE_CONFIG` names, then environment variables.
 * Throws a `ConfigurationError` with everything that is wrong in either source.
 */
export function loadRegistryConfig(env: Environment, readFile: ReadFile = readText): RegistryConfig {
  return build([readYamlFile(env[CONFIG_FILE_VARIABLE], readFile), readEnvironment(env)]);
}

/** Fills a partial configuration up with the defaults. Throws a `ConfigurationError`. */
export function createRegistryConfig(input: RegistryConfigInput = {}): RegistryConfig {
  return build([readTree(input)]);
}

function readText(path: string): string {
  return readFileSync(path, 'utf8');
}

/** Each source is validated for itself, so that a wrong value is reported even where a later source replaces it. */
function build(sources: readonly SettingSource[]): RegistryConfig {
  const problems = sources.flatMap((source) => [...source.problems, ...problemsOf(source.values)]);
  const values = sources.flatMap((source) => source.values);
  const config = toConfig(values);
  if (problems.length === 0) problems.push(...conflictsIn(config, keysOf(values)));
  if (problems.length > 0) throw new ConfigurationError(problems);
  return freeze(config);
}

function keysOf(values: readonly SourcedValue[]): ReadonlyMap<string, string> {
  return new Map(values.map(({ path, key }) => [path.join('.'), key]));
}

function toConfig(values: readonly SourcedValue[]): RegistryConfig {
  const plain: Record<string, unknown> = {};
  for (const { path, value } of values) assign(plain, path, value);
  return plainToInstance(RegistryConfig, plain, { exposeDefaultValues: true });
}

function assign(section: Record<string, unknown>, [name, ...rest]: readonly string[], value: unknown): void {
  if (name === undefined) return;
  if (rest.length === 0) {
    section[name] = value;
    return;
  }
  const inner = (section[name] ?? {}) as Record<string, unknown>;
  section[name] = inner;
  assign(inner, rest, value);
}

function problemsOf(values: readonly SourcedValue[]): ConfigurationProblem[] {
  // The defaults alone have none.
  if (values.length === 0) return [];
  const keys = keysOf(values);
  return validateSync(toConfig(values)).flatMap((error) => describe(error, '', keys));
}

function describe(error: ValidationError, parent: string, keys: ReadonlyMap<string, string>): ConfigurationProblem[] {
  const path = `${parent}${error.property}`;
  const nested = (error.children ?? []).flatMap((child) => describe(child, `${path}.`, keys));
  const rule = error.constraints?.[SETTING_CONSTRAINT];
  if (rule === undefined) return nested;
  return [...nested, { key: keys.get(path) ?? path, rule, fix: error.contexts?.[SETTING_CONSTRAINT].fix }];
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(freeze);
  return Object.freeze(value);
}
