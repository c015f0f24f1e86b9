import { InvalidFileError } from './invalid-file-error.js';
import { linesOf } from './lines.js';

/** The groups of each user, by the names of the users. */
export type Groups = ReadonlyMap<string, readonly string[]>;

/** Reads lines of the form `group: user user`. Throws an `InvalidFileError`. */
export function readGroups(text: string, file: string): Groups {
  const groups = new Map<string, string[]>();
  for (const { number, name, value } of linesOf(text)) {
    const group = name.trim();
    if (group === '' || value === undefined) {
      throw new InvalidFileError(file, number, 'the line must be a group, a colon and the names of users');
    }
    for (const user of new Set(value.split(/\s+/).filter((word) => word !== ''))) {
      const known = groups.get(user);
      if (!known) groups.set(user, [group]);
      else if (!known.includes(group)) known.push(group);
    }
  }
  return groups;
}
