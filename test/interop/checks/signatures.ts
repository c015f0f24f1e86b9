import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Context } from '../context.ts';
import { smallImage } from '../images.ts';

/** Signatures of cosign, as a tag beside the image and as a referrer. */
export async function checkSignatures({ report, workspace, registry, reader, clients }: Context): Promise<void> {
  const { cosign, crane } = clients;
  const keys = await workspace.folder('keys');
  const otherKeys = await workspace.folder('other-keys');
  await cosign.makeKeys(keys);
  await cosign.makeKeys(otherKeys);

  for (const mode of ['legacy', 'oci-1-1'] as const) {
    const repository = `signed/${mode}`;
    await report.check(`cosign signs and verifies an image (${mode})`, async () => {
      const image = await smallImage(workspace, `signed ${mode}`);
      const reference = `${registry.host}/${repository}@${image.digest}`;
      await crane.push(image, `${registry.host}/${repository}:v1`);
      await cosign.sign(reference, join(keys, 'cosign.key'), mode);
      await cosign.verify(reference, join(keys, 'cosign.pub'), mode);
      await assert.rejects(cosign.verify(reference, join(otherKeys, 'cosign.pub'), mode), /signature/);
      if (mode === 'oci-1-1') assert.equal((await reader.referrers(repository, image.digest)).length, 1);
    });
  }
}
