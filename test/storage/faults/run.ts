/**
 * Pushes and pulls with the built server through a proxy that breaks what goes between it and its store, kills it, lets the
 * store vanish, and compares.
 *
 *     STOWAGE_TEST_STORE='{…}' node test/storage/faults/run.ts [--short] [--rounds 20] [--seed text]
 */
import { Checks } from '../../crash/checks.ts';
import { freshTestStore } from '../../support/test-store.ts';
import { FaultProxy } from './fault-proxy.ts';
import { parseFaultOptions } from './options.ts';
import { checkOutage } from './outage.ts';
import { originOf, withOrigin } from './proxied-store.ts';
import { pushThroughFaults } from './rounds.ts';

const options = parseFaultOptions(process.argv.slice(2));
const settings = freshTestStore();
if (settings === null) throw new Error('STOWAGE_TEST_STORE has to hold the settings of a store, as JSON');
console.log(`seed ${options.seed}`);
const checks = new Checks();
const proxy = await FaultProxy.open(originOf(settings));
const proxied = withOrigin(settings, proxy.url);
try {
  await pushThroughFaults(proxied, proxy, options, checks);
  for (const outage of ['refused', 'silent'] as const) await checkOutage(proxied, proxy, outage, checks);
} finally {
  await proxy.close();
}
process.exitCode = checks.report() ? 0 : 1;
