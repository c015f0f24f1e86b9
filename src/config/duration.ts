const MILLISECONDS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
const DURATION = /^(?<count>\d+)(?<unit>ms|s|m|h)$/;

/** Milliseconds of a text such as `500ms`, `30s`, `2m` or `1h`; undefined if it is no such text. */
export function parseDuration(text: string): number | undefined {
  const { count, unit } = DURATION.exec(text)?.groups ?? {};
  if (count === undefined || unit === undefined) return undefined;
  const milliseconds = Number(count) * MILLISECONDS[unit as keyof typeof MILLISECONDS];
  return Number.isSafeInteger(milliseconds) ? milliseconds : undefined;
}
