/** Latencies in milliseconds. */
export class LatencySamples {
  readonly #values: number[] = [];

  add(latency: number): void {
    this.#values.push(latency);
  }

  get count(): number {
    return this.#values.length;
  }

  /** The least latency that the given shares of all (0 to 1) do not exceed, one for each share. */
  percentiles(shares: readonly number[]): number[] {
    const sorted = Float64Array.from(this.#values).sort();
    return shares.map((share) => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN);
  }
}
