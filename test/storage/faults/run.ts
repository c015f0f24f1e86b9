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
console.log(`seed ${options.seed}`);
const checks = new Checks();
// They mostly wait: for locks of those who were killed, and for a store that is not there.
await Promise.all([
  behindProxy((proxied, proxy) => pushThroughFaults(proxied, proxy, options, checks)),
  behindProxy((proxied, proxy) => checkOutage(proxied, proxy, 'refused', checks)),
  behindProxy((proxied, proxy) => checkOutage(proxied, proxy, 'silent', checks)),
]);
process.exitCode = checks.report() ? 0 : 1;

/** Gives `work` a root of its own in the store under test, by way of a proxy of its own. */
async function behindProxy(work: (proxied: Record<string, string>, proxy: FaultProxy) => Promise<void>): Promise<void> {
  const settings = freshTestStore();
  if (settings === null) throw new Error('STOWAGE_TEST_STORE has to hold the settings of a store, as JSON');
  const proxy = await FaultProxy.open(originOf(settings));
  try {
    await work(withOrigin(settings, proxy.url), proxy);
  } finally {
    await proxy.close();
  }
}
