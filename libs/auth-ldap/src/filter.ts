import { escapeFilter, FilterParser } from 'ldapts';

/** Puts values into a filter such as `(uid={user})`, so that they stay values whatever they hold (RFC 4515, section 3). */
export function fillFilter(filter: string, values: Readonly<Record<string, string>>): string {
  return filter.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    return value === undefined ? whole : escapeFilter`${value}`;
  });
}

/** Throws where a filter cannot be read. */
export function checkFilter(filter: string, ...names: string[]): void {
  FilterParser.parseString(fillFilter(filter, Object.fromEntries(names.map((name) => [name, 'x']))));
}
