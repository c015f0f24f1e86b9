import { beforeEach, describe } from '@jest/globals';
import { describeCommit } from './contract/commit.contract.js';
import { describeConcurrency } from './contract/concurrency.contract.js';
import { describeContent } from './contract/content.contract.js';
import { describeDeletion } from './contract/deletion.contract.js';
import { describeListing } from './contract/listing.contract.js';
import { describeMoving } from './contract/moving.contract.js';
import { describePaths } from './contract/paths.contract.js';
import { describePutting } from './contract/putting.contract.js';
import { describeReader } from './contract/reader.contract.js';
import { describeSending } from './contract/sending.contract.js';
import { describeSmallTrees } from './contract/small-trees.contract.js';
import { describeStreaming } from './contract/streaming.contract.js';
import { describeWalking } from './contract/walking.contract.js';
import { describeWriter } from './contract/writer.contract.js';
import type { StorageDriver } from './storage-driver.js';

export interface DriverTraits {
  /** The driver has no other place for its content, so that its memory grows with it. */
  readonly keepsContentInMemory?: boolean;
  /**
   * Directories are only what paths begin with: nobody finds that a file is put where a directory is, or below another
   * file.
   */
  readonly lacksDirectories?: boolean;
}

/** What every storage driver must do, as tests. `create` gives a driver on an empty storage of its own. */
export function describeStorageDriver(
  name: string,
  create: () => Promise<StorageDriver>,
  traits: DriverTraits = {},
): void {
  describe(name, () => {
    let created: StorageDriver;
    const driver = () => created;

    beforeEach(async () => {
      created = await create();
    });

    describeContent(driver);
    describePutting(driver, traits);
    describeReader(driver);
    describeSending(driver);
    describeWriter(driver, traits);
    describeCommit(driver, traits);
    describeStreaming(driver, traits);
    describeListing(driver);
    describeMoving(driver, traits);
    describeDeletion(driver);
    describeWalking(driver);
    describeSmallTrees(driver);
    describePaths(driver);
    describeConcurrency(driver);
  });
}
