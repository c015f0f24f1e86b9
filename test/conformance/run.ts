/**
 * Runs the official OCI conformance suite against the built server.
 *
 *     node test/conformance/run.ts [name of a run ...]
 *
 * Where `STOWAGE_TEST_STORE` holds the settings of a store, the server keeps its content there, whatever driver a run names.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer } from '../support/server-process.ts';
import { freshTestStore } from '../support/test-store.ts';
import { type ConformanceReport, readReport } from './report.ts';
import { type ConformanceRun, RUNS } from './runs.ts';
import { buildSuite, runSuite } from './suite.ts';

const RESULTS = join(import.meta.dirname, 'results');

interface Verdict {
  readonly passed: number;
  readonly problems: readonly string[];
}

const program = await buildSuite();
let passed = 0;
let failed = 0;
for (const run of chosenRuns(process.argv.slice(2))) {
  const verdict = await conform(program, run);
  passed += verdict.passed;
  failed += verdict.problems.length;
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

function chosenRuns(names: readonly string[]): readonly ConformanceRun[] {
  if (names.length === 0) return RUNS;
  return names.map((name) => {
    const run = RUNS.find((candidate) => candidate.name === name);
    if (run === undefined) throw new Error(`no run is called ${name}, there are ${RUNS.map((each) => each.name)}`);
    return run;
  });
}

async function conform(program: string, run: ConformanceRun): Promise<Verdict> {
  const store = freshTestStore();
  const driver = store?.STOWAGE_STORAGE_DRIVER ?? run.driver;
  const folder = join(RESULTS, store === null ? run.name : `${run.name}-${driver}`);
  await rm(folder, { recursive: true, force: true });
  const started = performance.now();
  await serveAndRun(program, folder, run, store);
  const report = await readReport(join(folder, 'junit.xml'));
  const verdict = judge(report, run);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(
    `${run.name} (${driver}): ${report.total} checks, ${verdict.passed} passed, ${report.failed} failed, ${report.skipped} skipped, ${seconds} s`,
  );
  for (const problem of verdict.problems) console.log(`  ${problem.replaceAll('\n', '\n    ')}`);
  return verdict;
}

async function serveAndRun(
  program: string,
  folder: string,
  run: ConformanceRun,
  store: Readonly<Record<string, string>> | null,
): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'stowage-conformance-'));
  try {
    const storage = store ?? { STOWAGE_STORAGE_DRIVER: run.driver, STOWAGE_STORAGE_FILESYSTEM_ROOT: root };
    const server = await startServer({ ...storage, ...run.server });
    try {
      await runSuite(program, folder, { ...run.suite, OCI_REGISTRY: new URL(server.url).host, OCI_TLS: 'disabled' });
    } finally {
      await server.stop();
      await writeFile(join(folder, 'server.log'), server.log.join('\n'));
    }
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

function judge(report: ConformanceReport, run: ConformanceRun): Verdict {
  const shown = report.checks.filter((check) => check.status !== 'passed' && !run.notRun.includes(check.name));
  const problems = shown.map((check) => `${check.status}: ${check.name}\n${check.detail}`.trimEnd());
  const hidden = report.failed + report.skipped - run.notRun.length - shown.length;
  if (hidden > 0) problems.push(`${hidden} more failed or were skipped without a check of their own, see suite.log`);
  if (report.total !== run.checks) problems.push(`${report.total} checks were made instead of ${run.checks}`);
  return { passed: report.total - report.failed - report.skipped, problems };
}
