/** Why a text is not acceptable JSON. */
export class JsonError extends Error {
  override readonly name = 'JsonError';
}

const MAX_DEPTH = 64;

/** How much of a name an error repeats, in characters. */
const MAX_NAME = 100;

/**
 * Reads JSON that came from outside. Throws `JsonError` when it is no UTF-8 or no JSON, when an object names a member
 * twice (two readers could then see two contents under one digest), or when it nests deeper than 64 levels.
 */
export function parseJson(content: Uint8Array): unknown {
  const text = decode(content);
  refuseDepthAndDuplicates(text);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new JsonError('not JSON', { cause: error });
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The JSON object that `content` is, without judging it; undefined when it is none. */
export function objectIn(content: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(content.toString());
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function decode(content: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
  } catch (error) {
    throw new JsonError('not UTF-8', { cause: error });
  }
}

/** Looks at brackets and strings only: whether the rest is JSON is for `JSON.parse` to say. */
function refuseDepthAndDuplicates(text: string): void {
  // One entry for each open bracket: the members seen so far, or null for an array.
  const open: (Set<string> | null)[] = [];
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '{' || character === '[') {
      if (open.length === MAX_DEPTH) throw new JsonError(`nested deeper than ${MAX_DEPTH} levels`);
      open.push(character === '{' ? new Set() : null);
    } else if (character === '}' || character === ']') {
      open.pop();
    } else if (character === '"') {
      const end = endOfString(text, at);
      const members = open.at(-1);
      if (members && isFollowedByColon(text, end)) addMember(members, text.slice(at, end));
      at = end - 1;
    }
  }
}

function addMember(members: Set<string>, literal: string): void {
  const name = literal.includes('\\') ? unescaped(literal) : literal.slice(1, -1);
  if (members.has(name)) {
    throw new JsonError(`the member ${JSON.stringify(name.slice(0, MAX_NAME))} stands twice in one object`);
  }
  members.add(name);
}

function unescaped(literal: string): string {
  try {
    return JSON.parse(literal);
  } catch (error) {
    throw new JsonError('not JSON', { cause: error });
  }
}

/** The index behind the closing quote of the string that begins at `start`; the end of the text when it is not closed. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at + 1;
  }
  return text.length;
}

function isFollowedByColon(text: string, index: number): boolean {
  let at = index;
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at++;
  return text[at] === ':';
}
