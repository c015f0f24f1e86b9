import { describe } from '@jest/globals';
import { testSettings } from '../../../test/servers/store-of-test.js';
import { type Deviation, describeObjectStore } from '../../object-storage/src/object-store.contract.js';
import { openS3Store } from './open-s3-store.js';
import { optionsOf } from './options-of-test.contract.js';
import { serviceAt } from './service-at.contract.js';

/** With all that were tried, as with AWS, so that a client may ask again. */
const OF_ALL: readonly Deviation[] = ['completes uploads twice'];

/** By what a service calls itself. */
const DEVIATIONS: Readonly<Record<string, readonly Deviation[]>> = {
  Ceph: ['completes uploads only with all of their parts'],
  VERSITYGW: ['has no object below another'],
  Werkzeug: ['checks no signatures', 'does not know when uploads began', 'fails on parts of aborted uploads'],
};

const settings = testSettings();

if (settings.STOWAGE_STORAGE_DRIVER === 's3') {
  const options = optionsOf(settings);
  const service = await serviceAt(options);
  describeObjectStore(`S3Store ${service}`, () => openS3Store(options), [...OF_ALL, ...(DEVIATIONS[service] ?? [])]);
} else {
  describe.skip('S3Store, which needs an S3 service', () => {});
}
