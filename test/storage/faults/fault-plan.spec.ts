import { describe, expect, it } from '@jest/globals';
import { Random } from '../../crash/random.js';
import { evenRates, type Fault, FaultPlan, type FaultRates } from './fault-plan.js';

function faults(rates: FaultRates, count: number, seed = 'a seed'): (Fault | null)[] {
  const plan = new FaultPlan(new Random(seed), rates);
  return Array.from({ length: count }, () => plan.next());
}

describe('a plan of faults', () => {
  it('follows from its seed', () => {
    expect(faults(evenRates(50), 500)).toEqual(faults(evenRates(50), 500));
    expect(faults(evenRates(50), 500)).not.toEqual(faults(evenRates(50), 500, 'another seed'));
  });

  it('has none without rates, and nothing else at a rate of a hundred', () => {
    expect(faults({}, 100)).toEqual(Array(100).fill(null));
    expect(faults({ error: 100 }, 100)).toEqual(Array(100).fill({ kind: 'error' }));
  });

  it('has every kind about as often as asked for', () => {
    const found = faults(evenRates(40), 20_000).filter((fault) => fault !== null);
    expect(found.length / 200).toBeCloseTo(40, -0.5);
    const shares = Object.entries(evenRates(40)).map(([kind, rate]) => [
      kind,
      found.filter((fault) => fault.kind === kind).length / 200 / rate,
    ]);
    for (const [kind, share] of shares) expect([kind, Math.round(Number(share))]).toEqual([kind, 1]);
  });

  it('breaks bodies off anywhere but at their end', () => {
    const places = faults({ 'truncated answer': 100 }, 1000).map((fault) => (fault as { at: number }).at);
    expect(Math.min(...places)).toBe(0);
    expect(Math.max(...places)).toBeLessThan(1);
  });
});
