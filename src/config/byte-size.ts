const BYTES = { '': 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 } as const;
const BYTE_SIZE = /^(?<count>\d+)(?<unit>|KiB|MiB|GiB)$/;

/** Bytes of a text such as `4194304`, `512KiB`, `4MiB` or `1GiB`; undefined if it is no such text. */
export function parseByteSize(text: string): number | undefined {
  const { count, unit } = BYTE_SIZE.exec(text)?.groups ?? {};
  if (count === undefined || unit === undefined) return undefined;
  const bytes = Number(count) * BYTES[unit as keyof typeof BYTES];
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}
