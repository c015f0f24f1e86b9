import { InvalidJsonError } from './signed-json-error.js';

export type JsonObject = Readonly<Record<string, unknown>>;

/** A byte order mark is kept, so that it is refused, as Go refuses it. */
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Decodes a JSON object. Of members with the same name the last one counts, as in Go. Throws `InvalidJsonError`, which
 * names `subject`, when the bytes are not UTF-8 or not a JSON object.
 */
export function parseJsonObject(bytes: Uint8Array, subject: string): JsonObject {
  const value = parseJson(bytes, subject);
  if (!isJsonObject(value)) throw new InvalidJsonError(subject, 'it must be a JSON object');
  return value;
}

function parseJson(bytes: Uint8Array, subject: string): unknown {
  try {
    return JSON.parse(UTF8.decode(bytes));
  } catch (cause) {
    throw new InvalidJsonError(subject, 'it must be JSON in UTF-8', { cause });
  }
}

/** Prints `value` without white space, as `json.Marshal` of Go does. */
export function printJson(value: unknown): string {
  return escapeLikeGo(JSON.stringify(value));
}

/**
 * Prints `value` as `json.MarshalIndent` of Go does with `indent` for both the unit and the prefix of every line but
 * the first.
 */
export function printIndentedJson(value: unknown, indent: string): string {
  // JSON.stringify cuts its indent to ten characters, hence the tabs in its place; strings hold none, they are escaped.
  const lines = escapeLikeGo(JSON.stringify(value, null, '\t')).split('\n');
  return lines.map((line) => line.replace(/^\t*/, (tabs) => indent.repeat(tabs.length))).join(`\n${indent}`);
}

/** Go escapes these so that JSON can stand in a script; outside of strings they do not occur. */
function escapeLikeGo(json: string): string {
  return json.replace(/[<>&\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
