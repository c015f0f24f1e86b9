import { isObject } from './json.js';

/** A rule of a format that a member breaks. */
export interface Problem {
  /** Where: `layers[2].digest`. */
  readonly field: string;
  readonly rule: string;
}

/** The names of a format's members, by what a reader that ignores case makes of them. */
export type MemberNames = ReadonlyMap<string, string>;

export function memberNames(...names: string[]): MemberNames {
  return new Map(names.map((name) => [fold(name), name]));
}

/**
 * Refuses a member whose name is one of the format but for the case of its letters. Clients in Go take either for the
 * member, and of two the last: they could see another content under the digest than the one that is checked here.
 */
export function refuseLookAlikes(
  value: Record<string, unknown>,
  names: MemberNames,
  path: string,
  problems: Problem[],
): void {
  for (const name of Object.keys(value)) {
    const meant = names.get(fold(name));
    if (meant !== undefined && meant !== name) problems.push({ field: path + name, rule: `must be written ${meant}` });
  }
}

/** Whether a member is as good as absent: clients in Go print null, or an empty text, for what they leave out. */
export function isBlank(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

/** Reads a text that may be left out. */
export function readOptionalText(value: unknown, field: string, problems: Problem[]): string | undefined {
  if (isBlank(value)) return undefined;
  if (typeof value === 'string') return value;
  problems.push({ field, rule: 'must be a text' });
  return undefined;
}

/** Reads annotations: an object of texts, or nothing. */
export function readAnnotations(
  value: unknown,
  field: string,
  problems: Problem[],
): Readonly<Record<string, string>> | undefined {
  if (value === undefined || value === null) return undefined;
  if (isObject(value) && Object.values(value).every((text) => typeof text === 'string')) {
    return value as Record<string, string>;
  }
  problems.push({ field, rule: 'must be an object of texts' });
  return undefined;
}

/** As `encoding/json` of Go folds names: the long s is the one letter that `toLowerCase` leaves behind. */
function fold(name: string): string {
  return name.toLowerCase().replaceAll('\u017f', 's');
}
