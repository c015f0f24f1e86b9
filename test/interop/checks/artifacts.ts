import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../context.ts';
import type { Descriptor } from '../oci-layout.ts';

const REPOSITORY = 'artifacts/report';
const ARTIFACT = 'application/vnd.stowage.test.report';
const SBOM = 'application/vnd.stowage.test.sbom';
const REVIEW = 'application/vnd.stowage.test.review';

/** An artifact that is no image, and two others that refer to it. */
export async function checkArtifacts({ report, workspace, registry, reader, clients }: Context): Promise<void> {
  const { oras, regctl } = clients;
  const reference = `${registry.host}/${REPOSITORY}:v1`;
  const folder = await workspace.folder('artifact');
  for (const name of ['report', 'sbom', 'review']) await writeFile(join(folder, name), `${name}\n`);
  let [subject, sbom, review] = ['', '', ''];

  await report.check('oras pushes an artifact and pulls its file', async () => {
    subject = await oras.pushArtifact(reference, ARTIFACT, folder, 'report');
    assert.equal((await reader.manifest(REPOSITORY, 'v1')).digest, subject);
    await workspace.within('oras-pull', async (output) => {
      await oras.run('pull', '--plain-http', `--output=${output}`, reference);
      assert.equal(await readFile(join(output, 'report'), 'utf8'), 'report\n');
    });
  });
  await report.check('oras and regctl attach a referrer each, without a tag of the referrers tag schema', async () => {
    sbom = await oras.attach(reference, SBOM, folder, 'sbom');
    review = await regctl.attach(reference, REVIEW, join(folder, 'review'));
    assert.deepEqual(await reader.tags(REPOSITORY), ['v1']);
  });

  const lists = {
    oras: (type?: string) => oras.discover(reference, type),
    regctl: (type?: string) => regctl.listArtifacts(reference, type),
  };
  for (const [name, list] of Object.entries(lists)) {
    await report.check(`${name} lists both referrers`, async () => {
      assertReferrers(await list(), { [sbom]: SBOM, [review]: REVIEW });
    });
    await report.check(`${name} lists the referrers of one artifact type`, async () => {
      assertReferrers(await list(SBOM), { [sbom]: SBOM });
      assertReferrers(await list(REVIEW), { [review]: REVIEW });
      assertReferrers(await list(ARTIFACT), {});
    });
  }
  await report.check('oras copies the artifact with its referrers to another repository', async () => {
    const copy = `${registry.host}/artifacts/copy:v1`;
    await oras.run('cp', '--recursive', '--from-plain-http', '--to-plain-http', reference, copy);
    assert.equal((await reader.manifest('artifacts/copy', 'v1')).digest, subject);
    assertReferrers(await oras.discover(copy), { [sbom]: SBOM, [review]: REVIEW });
  });
}

function assertReferrers(found: readonly Descriptor[], expected: Record<string, string>): void {
  assert.deepEqual(Object.fromEntries(found.map((one) => [one.digest, one.artifactType])), expected);
}
