/** What the command ends with. */
export const ExitCode = {
  success: 0,
  /** Something was left to do, or a failure ended the work. */
  failure: 1,
  /** The arguments make no sense. */
  usage: 2,
} as const;

/** The work cannot be done, in words for who asked for it. */
export class CommandError extends Error {
  override readonly name: string = 'CommandError';
}

/** The arguments make no sense. */
export class UsageError extends CommandError {
  override readonly name = 'UsageError';
}

/** The name of the operating system's error, such as `ENOENT`, where `error` is one. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
