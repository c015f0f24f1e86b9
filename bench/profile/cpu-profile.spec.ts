import { describe, expect, it } from '@jest/globals';
import { type CpuProfile, timeByFunction } from './cpu-profile.ts';

function frame(functionName: string, url = '', lineNumber = 0) {
  return { functionName, url, lineNumber };
}

/** outer calls inner, which calls itself once; each sample stands for the 10 µs that follow it. */
const PROFILE: CpuProfile = {
  startTime: 1000,
  nodes: [
    { id: 1, callFrame: frame('(root)'), children: [2, 5] },
    { id: 2, callFrame: frame('outer', 'file:///x/dist/src/a.js', 4), children: [3] },
    { id: 3, callFrame: frame('inner', 'file:///x/node_modules/@scope/b/c.js', 6), children: [4] },
    { id: 4, callFrame: frame('inner', 'file:///x/node_modules/@scope/b/c.js', 6) },
    { id: 5, callFrame: frame('(idle)') },
  ],
  samples: [2, 3, 4, 5, 2],
  timeDeltas: [10, 10, 10, 10, 10],
};
const OUTER = 'outer  dist/src/a.js:5';
const INNER = 'inner  node_modules/@scope/b/c.js:7';

describe('timeByFunction', () => {
  it('adds up what functions take themselves and with what they call, a function that calls itself once', () => {
    const { self, inclusive } = timeByFunction(PROFILE, [{ begin: 0, end: 1050 }]);
    expect(Object.fromEntries(self)).toEqual({ [OUTER]: 10, [INNER]: 20 });
    expect(Object.fromEntries(inclusive)).toEqual({ [OUTER]: 30, [INNER]: 20 });
  });

  it('counts nothing that lies outside of the spans', () => {
    const { self } = timeByFunction(PROFILE, [{ begin: 1020, end: 1030 }]);
    expect(Object.fromEntries(self)).toEqual({ [INNER]: 10 });
  });

  it('tells idle time apart', () => {
    expect(timeByFunction(PROFILE, [{ begin: 0, end: 1050 }])).toMatchObject({ total: 40, idle: 10 });
  });

  it('sums up by package and by folder', () => {
    const { byOrigin } = timeByFunction(PROFILE, [{ begin: 0, end: 1050 }]);
    expect(Object.fromEntries(byOrigin)).toEqual({ 'dist/src/a.js': 10, '@scope/b': 20 });
  });
});
