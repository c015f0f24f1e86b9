import { AccessError } from '#libs/access';

/** A file of users or of groups has a line that cannot be taken. The message names the line and never shows it. */
export class InvalidFileError extends AccessError {
  override readonly name = 'InvalidFileError';

  constructor(
    readonly file: string,
    /** The number of the line, from 1. */
    readonly line: number,
    readonly rule: string,
  ) {
    super(`${file}:${line}: ${rule}`);
  }
}
