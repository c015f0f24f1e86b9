/** A line that says something. */
export interface Line {
  /** From 1. */
  readonly number: number;
  /** What stands before the first colon. */
  readonly name: string;
  /** What stands behind it; undefined where there is none. */
  readonly value: string | undefined;
}

/** The lines of a file of Apache's kind, `name:value`, without those that are empty or begin with `#`. */
export function linesOf(text: string): Line[] {
  return text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .map((line, index) => lineOf(line.trim(), index + 1))
    .filter((line) => line !== null);
}

function lineOf(text: string, number: number): Line | null {
  if (text === '' || text.startsWith('#')) return null;
  const colon = text.indexOf(':');
  if (colon === -1) return { number, name: text, value: undefined };
  return { number, name: text.slice(0, colon), value: text.slice(colon + 1) };
}
