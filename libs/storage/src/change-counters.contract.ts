import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CHANGE_SLOTS, type ChangeCounters } from './change-counters.js';

/** The counters of one storage, as two parts of a system have them; the same ones where there is only one. */
export interface SharedCounters {
  readonly one: ChangeCounters;
  readonly other: ChangeCounters;
}

/** What the counters of every storage must do, as tests. `create` gives those of a storage that nobody else uses. */
export function describeChangeCounters(name: string, create: () => Promise<SharedCounters>): void {
  describe(name, () => {
    const slots = Array.from({ length: CHANGE_SLOTS }, (_, slot) => slot);
    let one: ChangeCounters;
    let other: ChangeCounters;

    beforeEach(async () => {
      ({ one, other } = await create());
    });

    it('gives another count after each change, to everybody', () => {
      const slot = one.slotOf('key');
      const seen = [other.at(slot)];
      for (let change = 0; change < 1000; change++) {
        one.bump('key');
        seen.push(other.at(slot));
      }
      expect(new Set(seen).size).toBe(1001);
      expect(one.at(slot)).toBe(other.at(slot));
    });

    it('gives the same count as long as nothing changes', () => {
      const slot = one.slotOf('key');
      const before = one.at(slot);
      expect([one.at(slot), other.at(slot), one.at(one.slotOf('key'))]).toEqual([before, before, before]);
    });

    it('counts a change in one slot, that of its key', () => {
      const before = slots.map((slot) => one.at(slot));
      other.bump('key');
      expect(slots.filter((slot) => one.at(slot) !== before[slot])).toEqual([one.slotOf('key')]);
    });

    it('counts a change of everything in each slot', () => {
      const before = slots.map((slot) => one.at(slot));
      other.bumpAll();
      expect(slots.filter((slot) => one.at(slot) === before[slot])).toEqual([]);
    });

    it('gives each key one slot, of those that there are, for everybody', () => {
      fc.assert(
        fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (key) => {
          const slot = one.slotOf(key);
          expect(Number.isInteger(slot) && slot >= 0 && slot < CHANGE_SLOTS).toBe(true);
          expect([one.slotOf(key), other.slotOf(key)]).toEqual([slot, slot]);
        }),
      );
    });

    it('gives most keys that are alike a slot of their own', () => {
      const keys = Array.from({ length: 1000 }, (_, i) => `/repositories/a/b/_manifests/tags/v1.${i}/current/link`);
      expect(new Set(keys.map((key) => one.slotOf(key))).size).toBeGreaterThan(900);
    });
  });
}
