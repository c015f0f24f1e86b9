import { createHmac, randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import {
  Authenticator,
  AuthenticatorUnavailableError,
  type Credentials,
  type Principal,
  VerificationQueue,
} from '#libs/access';
import { type Groups, readGroups } from './groups.js';
import type { PasswordHash } from './password-hash.js';
import { readUsers, type Users } from './users.js';
import { WatchedFile } from './watched-file.js';

const NAME = 'htpasswd';

/** Each takes a processor for a tenth of a second, and a thread of the pool, which reads and writes files, too. */
const AT_ONCE = Math.max(1, Math.floor(availableParallelism() / 2));

export interface HtpasswdOptions {
  /** Path of a file of lines `user:hash`, as Apache's `htpasswd -B` writes it; read again when it changes. */
  readonly file: string;
  /** Path of a file of lines `group: user user`, read again as well. */
  readonly groupsFile?: string | undefined;
  /** Is told of a changed file that cannot be taken; what the last good one said stays. */
  onProblem?(problem: Error): void;
}

/** Opens a file of users. Rejects with an `InvalidFileError`, or because a file cannot be read. */
export async function openHtpasswd({ file, groupsFile, onProblem }: HtpasswdOptions): Promise<Authenticator> {
  const tell = (problem: Error) => onProblem?.(problem);
  const users = await WatchedFile.open(file, readUsers, tell);
  const groups = groupsFile === undefined ? null : await WatchedFile.open(groupsFile, readGroups, tell);
  return new Htpasswd(users, groups);
}

class Htpasswd extends Authenticator {
  override readonly name = NAME;
  override readonly kinds = ['password'] as const;
  private readonly queue = new VerificationQueue(AT_ONCE);
  /** Which user stands in for one that is not there, so that nobody can foresee it. */
  private readonly key = randomBytes(32);

  constructor(
    private readonly users: WatchedFile<Users>,
    private readonly groups: WatchedFile<Groups> | null,
  ) {
    super();
  }

  override async authenticate(credentials: Credentials): Promise<Principal | null> {
    if (credentials.kind !== 'password') return null;
    const { user, password } = credentials;
    const users = await this.users.current();
    const hash = users.get(user);
    const compared = hash ?? this.standIn(user, users);
    if (!compared) return null;
    if (this.queue.isFull) throw new AuthenticatorUnavailableError(NAME);
    const isRight = await this.queue.run(() => compared.verify(password));
    if (!hash || !isRight) return null;
    const groups = (await this.groups?.current())?.get(user) ?? [];
    return { name: user, isAnonymous: false, groups, claims: {}, authenticator: NAME };
  }

  /** The hash of somebody else, always the same: a name that is not there takes as long as one that is. */
  private standIn(user: string, users: Users): PasswordHash | undefined {
    const number = createHmac('sha256', this.key).update(user).digest().readUInt32BE();
    return [...users.values()][number % users.size];
  }
}
