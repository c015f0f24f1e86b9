const MILLISECONDS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
const DURATION = /^(?<count>\d+)(?<unit>ms|s|m|h)$/;

/** Milliseconds of a text such as `500ms`, `30s`, `2m` or `1h`; undefined if it is no such text. */
export function parseDuration(text: string): number | undefined {
  const { count, unit } = DURATION.exec(text)?.groups ?? {};
  if (count === undefined || unit === undefined) return undefined;
  const milliseconds = Number(count) * MILLISECONDS[unit as keyof typeof MILLISECONDS];
  return Number.isSafeInteger(milliseconds) ? milliseconds : undefined;
}

/** The duration in hours, if it has as many or more; else in the largest unit that it is a multiple of. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds >= MILLISECONDS.h) return `${Math.floor(milliseconds / MILLISECONDS.h)}h`;
  const unit =
    (['m', 's'] as const).find((each) => milliseconds > 0 && milliseconds % MILLISECONDS[each] === 0) ?? 'ms';
  return `${milliseconds / MILLISECONDS[unit]}${unit}`;
}
