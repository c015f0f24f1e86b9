import { setTimeout as pause } from 'node:timers/promises';
import { digestOf } from '../../crash/blob-pusher.ts';
import type { Checks } from '../../crash/checks.ts';
import type { Journal } from '../../crash/journal.ts';
import type { Random } from '../../crash/random.ts';
import type { Answer } from '../../crash/registry-client.ts';
import { type PatientClient, RoundOverError } from './patient-client.ts';

const WHILE_NOTHING_IS_THERE = 50;

/** Reads without end, by digest, what pushers were told is stored, until the client ends. */
export async function pull(client: PatientClient, journal: Journal, checks: Checks, random: Random): Promise<void> {
  const expect = ({ status, body }: Answer, digest: string): void => {
    const algorithm = digest.startsWith('sha512:') ? 'sha512' : 'sha256';
    checks.expect(
      'what is pulled meanwhile is there, byte for byte',
      status === 200 && digestOf(body, algorithm) === digest,
      () => `${digest}: ${status}, ${body.length} bytes`,
    );
  };
  try {
    while (!client.isOver) {
      const blobs = [...journal.blobs.values()].filter(({ acknowledged }) => acknowledged);
      const manifests = [...journal.manifests.values()].filter(({ acknowledged }) => acknowledged);
      if (blobs.length === 0 || manifests.length === 0) {
        await pause(WHILE_NOTHING_IS_THERE);
        continue;
      }
      const blob = random.pick(blobs);
      expect(await client.blob(blob.repository, blob.digest), blob.digest);
      const manifest = random.pick(manifests);
      expect(await client.manifest(manifest.repository, manifest.digest), manifest.digest);
    }
  } catch (error) {
    if (!(error instanceof RoundOverError)) checks.expect('a pull is answered in the end', false, () => `${error}`);
  }
}
