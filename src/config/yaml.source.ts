import { createRequire } from 'node:module';
import type { Document } from 'yaml';
import { CONFIG_FILE_VARIABLE } from './environment.source.js';
import type { SettingSource } from './setting-source.js';
import { readTree } from './tree.source.js';

/** Returns the text of a file, or throws. */
export type ReadFile = (path: string) => string;

/** Reads the YAML file that `STOWAGE_CONFIG` names; without a name, nothing. */
export function readYamlFile(file: string | undefined, readFile: ReadFile): SettingSource {
  if (!file) return { values: [], problems: [] };
  let text: string;
  try {
    text = readFile(file);
  } catch (error) {
    const rule = `names a file that cannot be read (${codeOf(error)})`;
    return problem(CONFIG_FILE_VARIABLE, rule, 'Name a YAML file that the registry may read, or remove the variable.');
  }
  return readYaml(file, text);
}

/**
 * Reads all values as texts, so that the parsers of the settings are the same as for the environment: the failsafe
 * schema knows no numbers. Messages of the YAML parser are not passed on, because they can quote values.
 */
function readYaml(file: string, text: string): SettingSource {
  const { LineCounter, parseDocument } = yaml();
  const lines = new LineCounter();
  const document = parseDocument(text, {
    schema: 'failsafe',
    customTags: ['null'],
    stringKeys: true,
    prettyErrors: false,
    lineCounter: lines,
  });
  const [error] = document.errors;
  if (error) return notYaml(`${file}:${lines.linePos(error.pos[0]).line}`, error.code);
  let tree: unknown;
  try {
    tree = document.toJS();
  } catch {
    return notYaml(file, 'unknown or too many aliases');
  }
  return readTree(tree, (path) => {
    const line = lines.linePos(offsetOf(document, path)).line;
    return path.length === 0 ? file : `${path.join('.')} (${file}:${line})`;
  });
}

/** Loaded for those who have a file. */
function yaml(): typeof import('yaml') {
  return createRequire(import.meta.url)('yaml');
}

/** Where the last key of the path begins, or the last one before an alias. */
function offsetOf(document: Document.Parsed, path: readonly string[]): number {
  const { isMap, isScalar } = yaml();
  let node: unknown = document.contents;
  let offset = 0;
  for (const name of path) {
    const pair = isMap(node) ? node.items.find(({ key }) => isScalar(key) && key.value === name) : undefined;
    if (!pair) break;
    offset = (isScalar(pair.key) && pair.key.range?.[0]) || 0;
    node = pair.value;
  }
  return offset;
}

function notYaml(key: string, reason: string): SettingSource {
  return problem(key, `is not valid YAML (${reason})`, 'Mend the YAML there; docs/configuration.md has an example.');
}

function problem(key: string, rule: string, fix: string): SettingSource {
  return { values: [], problems: [{ key, rule, fix }] };
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown reason';
}
