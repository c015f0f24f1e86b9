/** A compiled pattern. It takes time in proportion to the text, whatever the pattern and the text are. */
export type Matcher = (text: string) => boolean;

/** Matches texts; `*` stands for any characters, also for none. */
export function compileWildcard(pattern: string): Matcher {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return (text) => text === pattern;
  return (text) => {
    if (!text.startsWith(first) || !text.endsWith(last)) return false;
    let position = first.length;
    for (const part of rest) {
      const found = text.indexOf(part, position);
      if (found === -1) return false;
      position = found + part.length;
    }
    return position <= text.length - last.length;
  };
}

/** What is wrong with a pattern of repository names, as the end of a sentence; undefined when nothing is. */
export function problemOfNamePattern(pattern: string): string | undefined {
  const components = pattern.split('/');
  if (components.includes('')) return 'has an empty component';
  if (!components.every((component) => /^[a-z0-9._*-]+$/.test(component))) {
    return 'must be of lower-case letters, digits and the characters . _ - / *';
  }
  if (components.some((component) => component.includes('**') && component !== '**')) {
    return 'has ** that is not a component of its own';
  }
  return undefined;
}

/**
 * Matches names of repositories, component by component: `*` stands for any characters of one component, and the
 * component `**` for any number of components, also for none.
 */
export function compileNamePattern(pattern: string): Matcher {
  if (!pattern.includes('*')) return (name) => name === pattern;
  const [first = [], ...rest] = runsOf(pattern);
  const last = rest.pop();
  // Without a slash at its end: `a/**` matches `a`, too. Most names that do not match are told by it at once.
  const prefix = pattern.slice(0, pattern.indexOf('*')).replace(/\/$/, '');
  return (name) => {
    if (!name.startsWith(prefix)) return false;
    const components = name.split('/');
    if (last === undefined) return components.length === first.length && fits(first, components, 0);
    const end = components.length - last.length;
    if (end < first.length || !fits(first, components, 0) || !fits(last, components, end)) return false;
    let position = first.length;
    for (const run of rest) {
      while (position + run.length <= end && !fits(run, components, position)) position++;
      position += run.length;
      if (position > end) return false;
    }
    return true;
  };
}

/** The components of a pattern, in the runs between which `**` stands. */
function runsOf(pattern: string): Matcher[][] {
  const runs: Matcher[][] = [[]];
  for (const component of pattern.split('/')) {
    if (component === '**') runs.push([]);
    else runs.at(-1)?.push(compileWildcard(component));
  }
  return runs;
}

function fits(run: readonly Matcher[], components: readonly string[], start: number): boolean {
  return run.every((matches, index) => matches(components[start + index] ?? ''));
}
