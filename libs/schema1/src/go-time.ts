/** What Go prints for a time that was never set. */
const ZERO_TIME = '0001-01-01T00:00:00Z';

const RFC3339 = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:[.,](\d+))?(Z|[+-]\d{2}:\d{2})$/;

/** Prints a time (RFC 3339) as Go does after reading it; undefined when it is none. */
export function printTime(text: string | undefined): string | undefined {
  if (text === undefined) return ZERO_TIME;
  const [, seconds, fraction = '', zone] = RFC3339.exec(text) ?? [];
  if (seconds === undefined || Number.isNaN(Date.parse(`${seconds}Z`))) return undefined;
  const digits = fraction.slice(0, 9).replace(/0+$/, '');
  return `${seconds}${digits && `.${digits}`}${zone === '+00:00' ? 'Z' : zone}`;
}
