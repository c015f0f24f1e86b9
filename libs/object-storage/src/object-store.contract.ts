import { afterAll, beforeAll, describe } from '@jest/globals';
import { describeObjectConcurrency } from './contract/concurrency.contract.js';
import { describeCopying } from './contract/copying.contract.js';
import { describeDeletion } from './contract/deletion.contract.js';
import { describeGetting } from './contract/getting.contract.js';
import { describeIfAbsent } from './contract/if-absent.contract.js';
import { describeListing } from './contract/listing.contract.js';
import { describePartLife } from './contract/part-life.contract.js';
import { describeParts } from './contract/parts.contract.js';
import { describePutting } from './contract/putting.contract.js';
import { describeSigning } from './contract/signing.contract.js';
import { type Deviation, StoreUnderTest } from './contract/support.contract.js';
import { describeUnfinishedParts } from './contract/unfinished-parts.contract.js';
import type { ObjectStore } from './object-store.js';

export type { Deviation } from './contract/support.contract.js';

/**
 * What every object store must do, as tests. Each call of `create` gives one more store on the same storage, as another
 * process has it; it may be the same object where there is only one. The tests use keys of their own, and delete them.
 * What the service behind the store is known to do differently is named in `deviations`, and shown as skipped.
 */
export function describeObjectStore(
  name: string,
  create: () => Promise<ObjectStore>,
  deviations: readonly Deviation[] = [],
): void {
  describe(name, () => {
    let created: StoreUnderTest;
    const tested = () => created;

    beforeAll(async () => {
      created = await StoreUnderTest.open(create);
    }, 60_000);
    afterAll(() => created.close(), 60_000);

    describePutting(tested, deviations);
    describeGetting(tested);
    describeIfAbsent(tested, deviations);
    describeDeletion(tested, deviations);
    describeListing(tested, deviations);
    describeCopying(tested);
    describeParts(tested, deviations);
    describePartLife(tested, deviations);
    describeUnfinishedParts(tested, deviations);
    describeSigning(tested, deviations);
    describeObjectConcurrency(tested);
  });
}
