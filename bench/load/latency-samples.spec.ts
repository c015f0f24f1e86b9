import { describe, expect, it } from '@jest/globals';
import { LatencySamples } from './latency-samples.ts';

describe('LatencySamples', () => {
  it('finds the latencies that shares of all do not exceed, in whatever order they came', () => {
    const latencies = new LatencySamples();
    for (let number = 1; number <= 100; number++) latencies.add((number * 37) % 101);
    expect(latencies.percentiles([0.5, 0.99, 1])).toEqual([50, 99, 100]);
  });

  it('knows a single latency as every share', () => {
    const latencies = new LatencySamples();
    latencies.add(5_000);
    expect(latencies.percentiles([0.01, 0.5, 1])).toEqual([5_000, 5_000, 5_000]);
  });
});
