import type { ConfigurationProblem } from './configuration.error.js';

/** A value for one setting: `path` is its place in the schema, `key` its name as the author of the source wrote it. */
export interface SourcedValue {
  readonly path: readonly string[];
  readonly key: string;
  readonly value: unknown;
}

/** What one source says: values not yet validated, and the names that it gets wrong. */
export interface SettingSource {
  readonly values: readonly SourcedValue[];
  readonly problems: readonly ConfigurationProblem[];
}
