import { digestOf } from './blob-pusher.ts';
import type { Checks } from './checks.ts';
import type { Journal, UploadRecord } from './journal.ts';
import type { Random } from './random.ts';
import type { RegistryClient } from './registry-client.ts';

/** Looks at every upload that was left open, all at once, and finishes some of them: all when `share` is 1. */
export async function checkUnfinishedUploads(
  client: RegistryClient,
  journal: Journal,
  checks: Checks,
  random: Random,
  share: number,
): Promise<void> {
  const check = async (upload: UploadRecord, choices: Random): Promise<void> => {
    const offset = await client.uploadOffset(upload.location);
    if (offset === null) {
      await expectFinished(client, checks, upload);
      journal.uploads.delete(upload);
      return;
    }
    const possible = [upload.offset, upload.offset + upload.handedOver];
    checks.expect(
      'an unfinished upload stands where its last acknowledged request ended',
      possible.includes(offset),
      () => `${upload.location}: ${offset}, possible was ${possible}`,
    );
    upload.offset = offset;
    upload.handedOver = 0;
    if (!choices.chance(share)) return;
    await finish(client, journal, checks, choices, upload);
    journal.uploads.delete(upload);
  };
  await Promise.all([...journal.uploads].map((upload, index) => check(upload, random.fork(index))));
}

/** An upload may be gone only when its closing request was sent and had its effect. */
async function expectFinished(client: RegistryClient, checks: Checks, upload: UploadRecord): Promise<void> {
  const { status } = await client.blob(upload.repository, upload.digest, 'HEAD');
  checks.expect(
    'an upload that is gone has become a blob',
    upload.closing && status === 200,
    () =>
      `${upload.location}: the upload is unknown, the blob ${status}, closing was ${upload.closing ? '' : 'not '}sent`,
  );
}

async function finish(
  client: RegistryClient,
  journal: Journal,
  checks: Checks,
  random: Random,
  upload: UploadRecord,
): Promise<void> {
  const { repository, digest, content } = upload;
  try {
    if (random.chance(0.5) && upload.offset < content.length) {
      const range = { start: upload.offset, end: content.length };
      upload.location = await client.patch(upload.location, content.subarray(upload.offset), range);
      upload.offset = content.length;
    }
    await client.finishUpload(upload.location, digest, content.subarray(upload.offset));
    journal.blob(repository, digest, content.length).acknowledged = true;
    const { status, body } = await client.blob(repository, digest);
    const isWhole = status === 200 && digestOf(body, digest.startsWith('sha512') ? 'sha512' : 'sha256') === digest;
    checks.expect('an unfinished upload can be finished', isWhole, () => `${digest}: ${status}, ${body.length} bytes`);
  } catch (error) {
    checks.expect('an unfinished upload can be finished', false, () => `${upload.location}: ${error}`);
  }
}
