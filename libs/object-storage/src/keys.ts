/**
 * Stands between the key of a file and the size in the key of its record: it can be in no path, and sorts before all that
 * can. A slash in its place would be no key for services that keep objects as files: a file is no directory.
 */
const RECORD_MARK = '!';
const SIZE_DIGITS = 15;
const RECORD_KEY = /^(.*)!(\d{15})$/;

/** Where in the store lies what the driver calls by paths, below a prefix that is '' or ends in a slash. */
export class Keys {
  constructor(private readonly root: string) {}

  /** The key of a file. */
  of(path: string): string {
    return this.root + path.slice(1);
  }

  /** What the keys of all that lies below a directory begin with. */
  below(path: string): string {
    return path === '/' ? this.root : `${this.of(path)}/`;
  }
}

/** The key of the record of the file at `key` that was closed at `size` bytes. */
export function recordKey(key: string, size: number): string {
  return `${recordsPrefix(key)}${String(size).padStart(SIZE_DIGITS, '0')}`;
}

/** What the keys of all records of the file at `key` begin with. */
export function recordsPrefix(key: string): string {
  return `${key}${RECORD_MARK}`;
}

/** The size at which a file was closed, where `key` is that of a record; null where it is not. */
export function recordedSize(key: string): number | null {
  const size = RECORD_KEY.exec(key)?.[2];
  return size === undefined ? null : Number(size);
}

/** The key of the file that `key` belongs to, which is that of a file, or of what is kept of one that is not complete. */
export function fileKeyOf(key: string): string {
  return key.split(RECORD_MARK, 1)[0] ?? key;
}
