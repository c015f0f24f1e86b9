import { describe, expect, it } from '@jest/globals';
import { PartsGoneError } from '../object-store-error.js';
import { bytes, type Deviation, type GetStore, itUnless } from './support.contract.js';

export function describePartLife(tested: GetStore, deviations: readonly Deviation[]): void {
  describe('an upload of parts', () => {
    it('that is aborted leaves nothing', async () => {
      const upload = await tested().store.beginParts(tested().newKey());
      await tested().store.putPart(upload, 1, bytes('content'));
      await tested().store.abortParts(upload);
      expect(await tested().store.head(upload.key)).toBeNull();
    });

    it('that is aborted leaves what was at its key', async () => {
      const key = await tested().stored(bytes('old'));
      const upload = await tested().store.beginParts(key);
      await tested().store.putPart(upload, 1, bytes('new'));
      await tested().store.abortParts(upload);
      expect(await tested().textAt(key)).toBe('old');
    });

    it('can be aborted twice, without a part, and after it was completed', async () => {
      const upload = await tested().store.beginParts(tested().newKey());
      await tested().store.abortParts(upload);
      await tested().store.abortParts(upload);
      const complete = await tested().store.beginParts(tested().newKey());
      await tested().store.completeParts(complete, [await tested().store.putPart(complete, 1, bytes('content'))]);
      await tested().store.abortParts(complete);
      expect(await tested().textAt(complete.key)).toBe('content');
    });

    it('cannot be completed after it was aborted', async () => {
      const upload = await tested().store.beginParts(tested().newKey());
      const part = await tested().store.putPart(upload, 1, bytes('content'));
      await tested().store.abortParts(upload);
      const completion = tested().store.completeParts(upload, [part]);
      await expect(completion).rejects.toThrow(PartsGoneError);
      await expect(completion).rejects.toMatchObject({ key: upload.key });
      expect(await tested().store.head(upload.key)).toBeNull();
    });

    itUnless('completes uploads twice', deviations, 'cannot be completed twice', async () => {
      const upload = await tested().store.beginParts(tested().newKey());
      const part = await tested().store.putPart(upload, 1, bytes('content'));
      await tested().store.completeParts(upload, [part]);
      await expect(tested().store.completeParts(upload, [part])).rejects.toThrow(PartsGoneError);
      expect(await tested().textAt(upload.key)).toBe('content');
    });

    it('that was completed does not bring back what was deleted or replaced since', async () => {
      const upload = await tested().store.beginParts(tested().newKey());
      const part = await tested().store.putPart(upload, 1, bytes('content'));
      await tested().store.completeParts(upload, [part]);
      await tested().store.put(upload.key, bytes('newer'));
      await tested()
        .store.completeParts(upload, [part])
        .catch(() => undefined);
      expect(await tested().textAt(upload.key)).toBe('newer');
      await tested().store.delete([upload.key]);
      await tested()
        .store.completeParts(upload, [part])
        .catch(() => undefined);
      expect(await tested().store.head(upload.key)).toBeNull();
    });

    itUnless('takes parts of aborted uploads', deviations, 'takes no parts after it was aborted', async () => {
      const upload = await tested().store.beginParts(tested().newKey());
      await tested().store.putPart(upload, 1, bytes('content'));
      await tested().store.abortParts(upload);
      const part = tested().store.putPart(upload, 2, bytes('more'));
      if (deviations.includes('fails on parts of aborted uploads')) await expect(part).rejects.toThrow();
      else await expect(part).rejects.toThrow(PartsGoneError);
    });
  });
}
