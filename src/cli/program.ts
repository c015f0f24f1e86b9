import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { Command, CommanderError } from 'commander';
import { StorageError } from '#libs/storage';
import { CommandError, codeOf, ExitCode, UsageError } from './command-error.js';
import { addMigrate } from './migrate.command.js';
import { addPolicy } from './policy.command.js';

/** Runs the command that the arguments name, and resolves to what the process is to exit with. Never rejects. */
export async function run(args: readonly string[]): Promise<number> {
  let exitCode: number = ExitCode.success;
  const program = new Command('stowage')
    .description('Looks after a Stowage registry.')
    .version(ownVersion())
    .showHelpAfterError('For help: stowage --help')
    .exitOverride();
  const exitWith = (code: number) => {
    exitCode = code;
  };
  addMigrate(program, exitWith);
  addPolicy(program, exitWith);
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    return explain(error);
  }
}

function explain(error: unknown): number {
  // Commander has said itself what is wrong, or what was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.success : ExitCode.usage;
  process.stderr.write(`error: ${textOf(error)}\n`);
  return error instanceof UsageError ? ExitCode.usage : ExitCode.failure;
}

/** A stack is for who mends the program: it comes with what nobody has foreseen. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isForeseen = error instanceof CommandError || error instanceof StorageError || codeOf(error) !== undefined;
  return isForeseen ? error.message : String(error.stack);
}

function ownVersion(): string {
  const path = findPackageJSON(import.meta.url);
  return path === undefined ? 'unknown' : JSON.parse(readFileSync(path, 'utf8')).version;
}
