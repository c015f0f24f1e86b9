/** Changes of one letter that a name may be away from the one that was meant. */
const MOST_CHANGES = 2;

/** The name that `name` is most likely a slip of, if any is close. Case, underscores and hyphens do not count. */
export function nearestName(name: string, names: readonly string[]): string | undefined {
  const plain = lettersOf(name);
  const ranked = names
    .map((candidate) => ({ candidate, changes: distance(plain, lettersOf(candidate)) }))
    .sort((one, other) => one.changes - other.changes);
  return ranked.find(({ changes }) => changes <= MOST_CHANGES)?.candidate;
}

function lettersOf(name: string): string {
  return name.replace(/[_-]/g, '').toLowerCase();
}

/** Levenshtein distance, one row of its table at a time. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (const letter of one) {
    const next = [(row[0] ?? 0) + 1];
    row.slice(1).forEach((above, column) => {
      const diagonal = (row[column] ?? 0) + (letter === other[column] ? 0 : 1);
      next.push(Math.min(above + 1, (next[column] ?? 0) + 1, diagonal));
    });
    row = next;
  }
  return row[other.length] ?? 0;
}
