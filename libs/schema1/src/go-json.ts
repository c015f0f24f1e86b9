import { isObject } from '#libs/oci';

/** Prints a text as `json.Marshal` of Go does. */
export function printText(text: string): string {
  const json = escapeForHtml(JSON.stringify(text.toWellFormed()));
  return json.replace(/\\./g, (sequence) => CONTROLS[sequence] ?? sequence);
}

/** Go has no short form for these two. */
const CONTROLS: Readonly<Record<string, string>> = { '\\b': '\\u0008', '\\f': '\\u000c' };

/**
 * The members of a JSON object, each value as it was written, less white space between its tokens and with `<`, `>` and
 * `&` escaped: what Go makes of a `json.RawMessage`. Of two members with one name the last counts. Throws `SyntaxError`
 * when `json` is no JSON object.
 */
export function rawMembers(json: string): Map<string, string> {
  if (!isObject(JSON.parse(json))) throw new SyntaxError('not a JSON object');
  const tokens = json.match(TOKEN) ?? [];
  const members = new Map<string, string>();
  let at = 1;
  while (at < tokens.length - 1) {
    const name: string = JSON.parse(tokens[at] ?? '');
    // Behind the name and its colon.
    const start = at + 2;
    const end = endOfValue(tokens, start);
    members.set(name, escapeForHtml(tokens.slice(start, end).join('')));
    // Behind the comma, or the closing brace.
    at = end + 1;
  }
  return members;
}

/** Strings, brackets and separators, and everything else that stands between them. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/g;

function endOfValue(tokens: readonly string[], start: number): number {
  let depth = 0;
  for (let at = start; at < tokens.length; at++) {
    const token = tokens[at];
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    if (depth === 0) return at + 1;
  }
  return tokens.length;
}

function escapeForHtml(json: string): string {
  return json.replace(/[<>&\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
