import { type FileHandle, open } from 'node:fs/promises';
import { UsageError } from './command-error.js';

/** The file that `--report` names. It is opened before the work begins: a mistake in the name must not cost the report. */
export class ReportFile {
  private constructor(private readonly handle: FileHandle | null) {}

  /** Without a path, a report goes nowhere. Throws a `UsageError` when the file cannot be written. */
  static async open(path: string | undefined): Promise<ReportFile> {
    if (path === undefined) return new ReportFile(null);
    try {
      return new ReportFile(await open(path, 'w'));
    } catch (error) {
      throw new UsageError(`the report cannot be written: ${error instanceof Error ? error.message : error}`, {
        cause: error,
      });
    }
  }

  async write(report: object): Promise<void> {
    await this.handle?.writeFile(`${JSON.stringify(report, null, 2)}\n`);
  }

  async close(): Promise<void> {
    await this.handle?.close();
  }
}
