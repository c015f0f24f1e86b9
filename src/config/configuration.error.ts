/** One thing that is wrong in the configuration. None of its texts holds the value, which may be a secret. */
export interface ConfigurationProblem {
  /** The name as its author wrote it: an environment variable, or a YAML path with file and line. */
  readonly key: string;
  /** The rule that is broken, as the rest of a sentence that begins with the key. */
  readonly rule: string;
  /** What to do about it, as an imperative sentence. */
  readonly fix: string;
}

/** Everything that is wrong in the configuration, in a message for the person who wrote it. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';

  constructor(readonly problems: readonly ConfigurationProblem[]) {
    super(describe(problems));
  }
}

function describe(problems: readonly ConfigurationProblem[]): string {
  const title =
    problems.length === 1 ? 'The configuration has a problem:' : `The configuration has ${problems.length} problems:`;
  return [title, ...problems.map(({ key, rule, fix }) => `  ${key} ${rule}.\n    ${fix}`)].join('\n');
}
