import { InvalidFileError } from './invalid-file-error.js';
import { linesOf } from './lines.js';
import { type PasswordHash, readPasswordHash } from './password-hash.js';

/** The users of a file, by their names. */
export type Users = ReadonlyMap<string, PasswordHash>;

const SCHEMES =
  'the password must be hashed with bcrypt ($2y$, $2a$ or $2b$, as "htpasswd -B" does) or Argon2id ($argon2id$)';

/** Reads lines of the form `user:hash`. Throws an `InvalidFileError`. */
export async function readUsers(text: string, file: string): Promise<Users> {
  const users = new Map<string, PasswordHash>();
  for (const { number, name, value } of linesOf(text)) {
    const fail = (rule: string) => new InvalidFileError(file, number, rule);
    if (name === '' || value === undefined) throw fail('the line must be a name, a colon and a hash');
    if (users.has(name)) throw fail('the user has a line above already');
    const hash = await readPasswordHash(value);
    if (!hash) throw fail(SCHEMES);
    users.set(name, hash);
  }
  return users;
}
