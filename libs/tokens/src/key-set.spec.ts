import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { planKeys, publishedKeysAt, signingKeyAt } from './key-set.js';

const SCHEDULE = { rotation: 1000, lead: 100, afterglow: 50 };
const key = (signsFrom: number) => ({ signsFrom });

describe('planKeys', () => {
  it('makes a first key that signs at once', () => {
    expect(planKeys([], 5000, SCHEDULE)).toEqual({ keep: [], next: 5000 });
  });

  it('does nothing while a key signs', () => {
    expect(planKeys([key(0)], 899, SCHEDULE)).toEqual({ keep: [key(0)], next: null });
  });

  it('makes the next key before its time comes', () => {
    expect(planKeys([key(0)], 900, SCHEDULE)).toEqual({ keep: [key(0)], next: 1000 });
    expect(planKeys([key(0), key(1000)], 950, SCHEDULE).next).toBeNull();
  });

  it('lets an old key sign on while the next one becomes known, when nobody was there to make it in time', () => {
    expect(planKeys([key(0)], 7000, SCHEDULE)).toEqual({ keep: [key(0)], next: 7100 });
  });

  it('drops a key once its last token has expired', () => {
    const keys = [key(0), key(1000)];
    expect(planKeys(keys, 1050, SCHEDULE).keep).toEqual(keys);
    expect(planKeys(keys, 1051, SCHEDULE).keep).toEqual([key(1000)]);
  });

  it('never signs with a key that was published for less than the lead, nor drops one whose tokens may be used', () => {
    const steps = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(steps, (pauses) => {
        let now = 10_000;
        let keys: { signsFrom: number; madeAt: number }[] = [];
        const signed: { key: object; at: number }[] = [];
        for (const [index, pause] of pauses.entries()) {
          now += pause;
          const plan = planKeys(keys, now, SCHEDULE);
          keys = [...plan.keep, ...(plan.next === null ? [] : [{ signsFrom: plan.next, madeAt: now }])];
          const signing = signingKeyAt(keys, now);
          expect(signing).toBeDefined();
          if (!signing) return;
          if (index > 0 && signing !== signed[0]?.key) {
            expect(now - signing.madeAt).toBeGreaterThanOrEqual(SCHEDULE.lead);
          }
          signed.push({ key: signing, at: now });
          const published = publishedKeysAt(keys, now, SCHEDULE.afterglow);
          const needed = signed.filter(({ at }) => now - at <= SCHEDULE.afterglow).map((use) => use.key);
          expect(published).toEqual(expect.arrayContaining(needed));
          expect(published.length).toBeLessThanOrEqual(3);
        }
      }),
    );
  });
});

describe('signingKeyAt', () => {
  it('takes the last that has begun', () => {
    expect(signingKeyAt([key(20), key(0), key(10)], 15)).toEqual(key(10));
  });

  it('takes the first where our clock is behind', () => {
    expect(signingKeyAt([key(20), key(30)], 15)).toEqual(key(20));
    expect(signingKeyAt([], 15)).toBeUndefined();
  });
});
