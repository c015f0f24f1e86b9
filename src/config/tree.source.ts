import type { ConfigurationProblem } from './configuration.error.js';
import { nearestName } from './nearest-name.js';
import { isSection, SCHEMA, type Section } from './setting-schema.js';
import type { SettingSource, SourcedValue } from './setting-source.js';

/** How a place in the tree is called in messages. */
export type KeyOf = (path: readonly string[]) => string;

/** Reads nested objects shaped like the configuration. What is null, undefined or an empty text counts as not set. */
export function readTree(tree: unknown, keyOf: KeyOf = (path) => path.join('.')): SettingSource {
  return readSection(tree, SCHEMA, [], keyOf);
}

function readSection(tree: unknown, section: Section, path: readonly string[], keyOf: KeyOf): SettingSource {
  if (isUnset(tree)) return { values: [], problems: [] };
  if (!isSection(tree)) {
    const rule = 'must be a mapping of settings, not a single value or a list';
    return { values: [], problems: [{ key: keyOf(path), rule, fix: `Put settings in it: ${namesIn(section)}.` }] };
  }
  const sources = Object.entries(tree).map(([name, value]) => readEntry(name, value, section, path, keyOf));
  return {
    values: sources.flatMap((source) => source.values),
    problems: sources.flatMap((source) => source.problems),
  };
}

function readEntry(
  name: string,
  value: unknown,
  section: Section,
  parent: readonly string[],
  keyOf: KeyOf,
): SettingSource {
  const path = [...parent, name];
  if (!Object.hasOwn(section, name)) {
    const nearest = nearestName(name, Object.keys(section));
    const fix = nearest
      ? `Did you mean ${nearest}? If not, remove it.`
      : `Remove it; the names known here are ${namesIn(section)}.`;
    return { values: [], problems: [{ key: keyOf(path), rule: 'is not a setting', fix }] };
  }
  const standard = section[name];
  if (isSection(standard)) return readSection(value, standard, path, keyOf);
  return readSetting({ path, key: keyOf(path), value }, Array.isArray(standard));
}

function readSetting(setting: SourcedValue, isList: boolean): SettingSource {
  if (isUnset(setting.value)) return { values: [], problems: [] };
  const problem = shapeProblem(setting, isList);
  return problem ? { values: [], problems: [problem] } : { values: [setting], problems: [] };
}

/** Finds nested values where plain ones belong. Only plain ones go on to class-transformer, which follows cycles. */
function shapeProblem({ key, value }: SourcedValue, isList: boolean): ConfigurationProblem | undefined {
  const entries = isList && Array.isArray(value) ? value : [value];
  if (entries.every((entry) => typeof entry !== 'object' || entry === null)) return undefined;
  return isList
    ? { key, rule: 'must be a list of single values', fix: 'Write one value an entry.' }
    : { key, rule: 'must be a single value, not a mapping or a list', fix: 'Write the value on the line of the key.' };
}

function isUnset(value: unknown): boolean {
  return value === null || value === undefined || value === '';
}

function namesIn(section: Section): string {
  return Object.keys(section).join(', ');
}
