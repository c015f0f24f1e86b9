import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { descriptorOf, OCI_MANIFEST, prepareImage, putManifest } from './support/images.js';
import { digestOf, type Registry, startRegistry } from './support/registry.js';

const NAME = 'signed/app';
const SUBJECT = Buffer.from('the subject');
/** Clients refuse to read more of a list. */
const LIMIT = 4 * 1024 * 1024;

describe('a list of referrers', () => {
  let registry: Registry;

  beforeAll(async () => {
    registry = await startRegistry();
  });
  afterAll(() => registry.close());

  it('comes in pages that clients can read, in whatever script the annotations are written', async () => {
    const subject = descriptorOf(SUBJECT, OCI_MANIFEST);
    const pushed: string[] = [];
    for (let number = 0; number < 3; number++) {
      // Three bytes a character.
      const annotations = { 'org.example.text': '語'.repeat(1_200_000) };
      const referrer = await prepareImage(registry, NAME, { subject, annotations });
      await putManifest(registry, NAME, referrer.digest, referrer).expect(201);
      pushed.push(referrer.digest);
    }

    const listed: string[] = [];
    let next: string | undefined = `/v2/${NAME}/referrers/${digestOf(SUBJECT)}`;
    while (next !== undefined) {
      const response: Response = await fetch(registry.url + next);
      expect(Number(response.headers.get('content-length'))).toBeLessThan(LIMIT);
      const { manifests }: { manifests: { digest: string }[] } = JSON.parse(await response.text());
      listed.push(...manifests.map(({ digest }) => digest));
      next = /^<(.+)>; rel="next"$/.exec(response.headers.get('link') ?? '')?.[1];
    }
    expect(listed).toEqual(pushed.sort());
  });
});
