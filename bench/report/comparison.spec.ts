import { describe, expect, it } from '@jest/globals';
import type { Figures, Metric } from '../rows/row.ts';
import { compare } from './comparison.ts';
import { emptyResult, type Result } from './result.ts';

const RATE: Metric = {
  id: 'rate',
  title: 'requests',
  unit: '/s',
  better: 'higher',
  goals: [{ peer: 'distribution', atLeast: 3 }],
};
const START: Metric = { id: 'time', title: 'time', unit: 'ms', better: 'lower', goals: [{ below: 400 }] };
const WATCHED: Metric = { id: 'watched', title: 'watched', unit: 'µs', better: 'lower', isWatched: true };
const CPU: Metric = { id: 'cpu', title: 'cpu', unit: 'µs', better: 'lower' };

function resultOf(ours: Figures, distribution: Figures, scale = 'full'): Result {
  const peers = { stowage: ours, distribution };
  return {
    ...emptyResult(),
    startedAt: '2026-11-24T00:00:00.000Z',
    scale,
    rounds: 1,
    machine: { processor: '', cores: 2, memory: 0, kernel: '', node: '', filesystem: '', commit: '' },
    peers: Object.keys(peers).map((name) => ({ name, title: name })),
    rows: [
      {
        id: 'row',
        title: 'row',
        metrics: [RATE, START, WATCHED, CPU],
        peers: Object.entries(peers).map(([peer, figures]) => ({ peer, samples: [figures], problem: null })),
      },
    ],
  };
}

function regressions(before: Result, after: Result): string[] {
  return compare(before, after, 0.1)
    .filter(({ isRegression }) => isRegression)
    .map(({ metric }) => metric);
}

describe('compare', () => {
  it('takes a slower machine for no regression, because the reference is slower as well', () => {
    expect(regressions(resultOf({ rate: 300 }, { rate: 100 }), resultOf({ rate: 150 }, { rate: 50 }))).toEqual([]);
  });

  it('reports a ratio that has become worse by more than the limit, and none that is within it', () => {
    const before = resultOf({ rate: 300 }, { rate: 100 });
    expect(regressions(before, resultOf({ rate: 269 }, { rate: 100 }))).toEqual(['requests']);
    expect(regressions(before, resultOf({ rate: 271 }, { rate: 100 }))).toEqual([]);
  });

  it('compares by itself what has a goal of its own', () => {
    expect(regressions(resultOf({ time: 300 }, { time: 20 }), resultOf({ time: 340 }, { time: 40 }))).toEqual(['time']);
  });

  it('fails for a figure that is watched', () => {
    expect(regressions(resultOf({ watched: 10 }, {}), resultOf({ watched: 12 }, {}))).toEqual(['watched']);
  });

  it('shows figures without a goal, and does not fail for them', () => {
    const changes = compare(resultOf({ cpu: 10 }, {}), resultOf({ cpu: 20 }, {}), 0.1);
    expect(changes).toMatchObject([{ metric: 'cpu', kind: 'figure', loss: 1, isRegression: false }]);
  });

  it('refuses results of different storages; older ones are of files', () => {
    const result = resultOf({ rate: 1 }, {});
    expect(() => compare(result, { ...result, storage: 's3 on versitygw' }, 0.1)).toThrow('of filesystem');
    expect(compare(result, { ...result, storage: 'filesystem' }, 0.1)).toHaveLength(1);
  });

  it('refuses results of different scales, and results that have nothing in common', () => {
    expect(() => compare(resultOf({ cpu: 1 }, {}), resultOf({ cpu: 1 }, {}, 'quick'), 0.1)).toThrow('quick');
    expect(() => compare(resultOf({ cpu: 1 }, {}), resultOf({ rate: 1 }, {}), 0.1)).toThrow('in common');
  });
});
