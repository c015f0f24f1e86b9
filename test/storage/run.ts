/**
 * Runs the suites that are about storage against real storage services and emulators, which it starts itself.
 *
 *     node test/storage/run.ts [--servers versitygw,azurite] [--only contract,e2e,conformance,faults,large]
 *                              [--short | --nightly]
 *
 * `--short` is what every change goes through, `--nightly` moves gigabytes.
 */
import { aligned } from '../../bench/report/table.ts';
import type { TestServer } from '../servers/test-server.ts';
import { parseStorageOptions, type ServerPlan } from './options.ts';
import { runSuite, type SuiteResult, stopSuite } from './run-suite.ts';
import { startTestServer } from './servers.ts';
import type { SuiteName } from './suites.ts';

const { size, plans } = parseStorageOptions(process.argv.slice(2));
const results: SuiteResult[] = [];
let running: TestServer | null = null;
let isStopped = false;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    isStopped = true;
    stopSuite();
    void (running?.stop() ?? Promise.resolve()).finally(() => process.exit(1));
  });
}

for (const plan of plans) await runPlan(plan);
console.log(`\n${tableOf(results)}`);
process.exitCode = results.length > 0 && results.every(({ passed }) => passed) ? 0 : 1;

/** A server that cannot be started, or stopped, is a failure as well, and keeps none of the others from running. */
async function runPlan({ server: name, suites }: ServerPlan): Promise<void> {
  const begin = performance.now();
  try {
    running = await startTestServer(name);
    await runSuites(running, suites);
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    console.log(`FAIL ${name}: ${problem}`);
    const figures = problem.split('\n')[0] ?? '';
    const seconds = (performance.now() - begin) / 1000;
    results.push({ server: name, suite: 'the server itself', passed: false, figures, seconds });
  } finally {
    running = null;
  }
}

async function runSuites(server: TestServer, suites: readonly SuiteName[]): Promise<void> {
  try {
    for (const suite of suites) {
      if (!isStopped) results.push(await runSuite(server, suite, size));
    }
  } finally {
    await server.stop();
  }
}

function tableOf(all: readonly SuiteResult[]): string {
  const total = all.reduce((sum, { seconds }) => sum + seconds, 0);
  const lines = all.map(({ server, suite, passed, figures, seconds }) => [
    server,
    suite,
    passed ? 'ok' : 'FAIL',
    figures,
    seconds.toFixed(1),
  ]);
  return aligned([['server', 'suite', '', 'figures', 'seconds'], ...lines, ['', '', '', '', total.toFixed(1)]]);
}
