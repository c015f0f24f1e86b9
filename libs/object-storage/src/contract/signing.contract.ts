import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { bytes, type Deviation, type GetStore, itUnless } from './support.contract.js';

export function describeSigning(tested: GetStore, deviations: readonly Deviation[]): void {
  describe('sign', () => {
    const signed = async (key: string, expiresIn: number) => {
      const url = await tested().store.sign(key, { expiresIn });
      if (url === null) throw new Error('the store does not sign');
      return url;
    };

    if (deviations.includes('does not sign')) {
      it('gives null, because the store does not sign', async () => {
        expect(await tested().store.sign(tested().newKey(), { expiresIn: 60_000 })).toBeNull();
      });
      return;
    }

    it('gives a URL that serves the object, whole or a range of it, to whoever has it', async () => {
      const key = await tested().stored(bytes('0123456789'));
      const url = await signed(key, 60_000);
      const whole = await fetch(url);
      expect(whole.status).toBe(200);
      expect(await whole.text()).toBe('0123456789');
      const range = await fetch(url, { headers: { range: 'bytes=2-4' } });
      expect(range.status).toBe(206);
      expect(await range.text()).toBe('234');
    });

    it('takes keys of all characters that paths may have', async () => {
      const folder = tested().folder();
      await tested().store.put(`${folder}A.b_c-D/!42`, bytes('odd'));
      expect(await (await fetch(await signed(`${folder}A.b_c-D/!42`, 60_000))).text()).toBe('odd');
    });

    itUnless('checks no signatures', deviations, 'gives a URL for this key only', async () => {
      const key = await tested().stored(bytes('content'));
      const other = await tested().stored(bytes('secret'));
      const tampered = (await signed(key, 60_000)).replace(key, other);
      expect(tampered).toContain(other);
      const response = await fetch(tampered);
      expect(response.status).toBeGreaterThanOrEqual(400);
      expect(await response.text()).not.toContain('secret');
    });

    itUnless('checks no signatures', deviations, 'gives a URL that expires', async () => {
      const key = await tested().stored(bytes('content'));
      const url = await signed(key, 2_000);
      const deadline = Date.now() + 20_000;
      let status = (await fetch(url)).status;
      expect(status).toBe(200);
      while (status === 200 && Date.now() < deadline) {
        await setTimeout(200);
        status = (await fetch(url)).status;
      }
      expect(status).toBeGreaterThanOrEqual(400);
    });
  });
}
