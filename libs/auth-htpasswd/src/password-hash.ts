/** A hash of a password, which takes a long time to compute. */
export interface PasswordHash {
  /** Whether it is that of `password`. Works in the thread pool. */
  verify(password: string): Promise<boolean>;
}

/** bcrypt has 22 characters of salt and 31 of hash; 2y is Apache's name of it, 2b OpenBSD's. */
const BCRYPT = /^\$2[aby]\$(?:0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}$/;
const ARGON2ID = /^\$argon2id\$/;

/** Reads a hash of bcrypt or of Argon2id; null for any other scheme, and where it is cut off. */
export async function readPasswordHash(text: string): Promise<PasswordHash | null> {
  if (BCRYPT.test(text)) return bcrypt(text);
  return ARGON2ID.test(text) ? argon2id(text) : null;
}

async function bcrypt(hash: string): Promise<PasswordHash> {
  const { verify } = await import('@node-rs/bcrypt');
  return { verify: (password) => verify(password, hash) };
}

async function argon2id(hash: string): Promise<PasswordHash | null> {
  const { parseOptions, verify } = await import('@node-rs/argon2');
  try {
    parseOptions(hash);
  } catch {
    return null;
  }
  return { verify: (password) => verify(hash, password) };
}
