import { join } from 'node:path';
import type { EarlySurvey, MigrationReport, Notice, Problem, Tally } from '#libs/migration';
import type { OciError } from '#libs/oci';
import { formatBytes } from './format-bytes.js';

/** What is known of a migration besides its report. */
export interface MigrationRun {
  readonly root: string;
  readonly dryRun: boolean;
  readonly remove: boolean;
}

/** What there is to do, in one line. */
export function describeSurvey(root: string, { blobs, bytes, links, manifests }: EarlySurvey): string {
  const files = [count(blobs, 'blob'), count(links, 'layer link'), count(manifests, 'manifest')];
  return `${root} has the layout of 2014: ${files.join(', ')}; ${formatBytes(bytes)} of blobs.\n`;
}

/** The outcome, for people. */
export function describeReport(report: MigrationReport, run: MigrationRun): string {
  const { tallies, problems, notices } = report;
  return [
    describeTally('blobs', tallies.blob, run),
    describeTally('layer links', tallies.link, run),
    describeTally('manifests', tallies.manifest, run),
    ...problems.map((problem) => describeProblem(problem, run)),
    ...notices.map((notice) => describeNotice(notice, run)),
    describeEnd(report, run),
  ].join('');
}

function describeTally(what: string, { migrated, present, left }: Tally, { dryRun }: MigrationRun): string {
  const parts = [`${migrated} ${dryRun ? 'to migrate' : 'migrated'}`];
  if (present > 0) parts.push(`${present} migrated before`);
  if (left > 0) parts.push(`${left} left alone`);
  return `${what}: ${parts.join(', ')}\n`;
}

function describeProblem({ path, errors }: Problem, { root }: MigrationRun): string {
  return `left alone: ${join(root, path)}\n${errors.map((error) => `  ${describeError(error)}\n`).join('')}`;
}

/** As one line. What it repeats of a file must not reach a terminal as control characters. */
function describeError({ code, message, detail }: OciError): string {
  const details = typeof detail === 'object' && detail !== null ? Object.entries(detail) : [];
  const text = details.map(([key, value]) => `${key}: ${value}`).join(', ');
  return `${code}: ${message}${text === '' ? '' : ` (${text.replace(/\p{Cc}/gu, escaped)})`}`;
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function describeNotice({ path, text }: Notice, { root }: MigrationRun): string {
  return `note: ${join(root, path)}\n  ${text}\n`;
}

function describeEnd({ problems, removed }: MigrationReport, { root, dryRun, remove }: MigrationRun): string {
  const again = `stowage migrate ${root}`;
  if (problems.length > 0) {
    const left = `${count(problems.length, 'file')} left alone${remove ? ', and none removed' : ''}.`;
    return `${left} Mend or move away what is named above, and run it again: ${again}\n`;
  }
  if (dryRun) return 'Nothing was written. All of it can be migrated.\n';
  if (remove) return `All is migrated, and ${count(removed, 'early file')} removed.\n`;
  return `All is migrated. The early files are still there; to remove them: ${again} --remove\n`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
