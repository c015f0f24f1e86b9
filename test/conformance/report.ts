import { readFile } from 'node:fs/promises';

/** One check of the suite; `name` is the path in its tree, without the root. */
export interface Check {
  readonly name: string;
  readonly status: 'passed' | 'skipped' | 'failure' | 'error';
  /** What the suite says about it, empty for a check that passed. */
  readonly detail: string;
}

export interface ConformanceReport {
  /** Totals as the suite counts them; `skipped` includes what it calls disabled. */
  readonly total: number;
  readonly failed: number;
  readonly skipped: number;
  readonly checks: readonly Check[];
}

const ROOT = 'OCI Conformance Test/';
const CHECK =
  /<testcase name="([^"]*)"[^>]* status="(passed|skipped|failure|error)"[^>]*>(?:\s*<system-out>([^<]*)<)?/g;
const ENTITY = /&(?:#x([0-9A-F]+)|#(\d+)|(amp|lt|gt));/gi;
const NAMED: Record<string, string> = { amp: '&', lt: '<', gt: '>' };

/** Reads the suite's `junit.xml`, in which every `<` of a value is escaped. */
export async function readReport(file: string): Promise<ConformanceReport> {
  const xml = await readFile(file, 'utf8');
  const suite = xml.match(/<testsuite [^>]*>/)?.[0];
  if (suite === undefined) throw new Error(`${file} is no report of the suite`);
  return {
    total: attribute(suite, 'tests'),
    failed: attribute(suite, 'failures') + attribute(suite, 'errors'),
    skipped: attribute(suite, 'skipped') + attribute(suite, 'disabled'),
    checks: [...xml.matchAll(CHECK)].map(toCheck),
  };
}

function attribute(tag: string, name: string): number {
  return Number(tag.match(new RegExp(` ${name}="(\\d+)"`))?.[1] ?? 0);
}

function toCheck([, name = '', status, detail = '']: RegExpMatchArray): Check {
  return {
    name: decodeEntities(name).replace(ROOT, ''),
    status: status as Check['status'],
    detail: decodeEntities(detail),
  };
}

function decodeEntities(text: string): string {
  return text.replace(ENTITY, (_, hex?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return NAMED[name] ?? '';
    return String.fromCodePoint(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16));
  });
}
