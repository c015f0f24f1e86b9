import { describe, expect, it } from '@jest/globals';
import type { PartUpload } from '../object-store.js';
import { bytes, type Deviation, type GetStore, itUnless } from './support.contract.js';

const DAY = 86_400_000;

export function describeUnfinishedParts(tested: GetStore, deviations: readonly Deviation[]): void {
  describe('unfinishedParts', () => {
    const begun = async (key: string) => {
      const upload = await tested().store.beginParts(key);
      return { upload, part: await tested().store.putPart(upload, 1, bytes('content')) };
    };
    const found = async (prefix: string, before: Date) => {
      const uploads: PartUpload[] = [];
      for await (const { key, id } of tested().store.unfinishedParts(prefix, before)) uploads.push({ key, id });
      return uploads.sort((one, other) => (one.key < other.key ? -1 : 1));
    };

    it('gives what is neither complete nor aborted, below the prefix', async () => {
      const folder = tested().folder();
      const complete = await begun(`${folder}complete`);
      const aborted = await begun(`${folder}aborted`);
      const left = [await begun(`${folder}a/left`), await begun(`${folder}b/!left`)];
      const beside = await begun(`${tested().folder()}beside`);
      await tested().store.completeParts(complete.upload, [complete.part]);
      await tested().store.abortParts(aborted.upload);
      expect(await found(folder, new Date(Date.now() + DAY))).toEqual(left.map(({ upload }) => upload));
      for (const { upload } of [...left, beside]) await tested().store.abortParts(upload);
      expect(await found(folder, new Date(Date.now() + DAY))).toEqual([]);
    });

    itUnless('does not know when uploads began', deviations, 'gives nothing that began later', async () => {
      const folder = tested().folder();
      const { upload } = await begun(`${folder}new`);
      expect(await found(folder, new Date(Date.now() - DAY))).toEqual([]);
      await tested().store.abortParts(upload);
    });

    it('gives what can be completed', async () => {
      const folder = tested().folder();
      const { part } = await begun(`${folder}left`);
      const [upload] = await found(folder, new Date(Date.now() + DAY));
      if (!upload) throw new Error('the upload was not found');
      await tested().store.completeParts(upload, [part]);
      expect(await tested().textAt(`${folder}left`)).toBe('content');
    });
  });
}
