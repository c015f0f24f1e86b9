/** `!` can be in no path, and sorts before all that can. */
const RECORD_MARK = '!';
const SIZE_DIGITS = 15;
const RECORD_NAME = /^!(\d{15})$/;

/** Sorts behind all records of a file and before all that can lie in a directory. */
const BEHIND_RECORDS = '!~';

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
  return `${key}/${RECORD_MARK}`;
}

/** The size at which a file was closed, where `key` is that of a record; null where it is not. */
export function recordedSize(key: string): number | null {
  const size = RECORD_NAME.exec(key.slice(key.lastIndexOf('/') + 1))?.[1];
  return size === undefined ? null : Number(size);
}

/** What a listing of `prefix`, which ends in a slash, starts after so that it holds no records of a file. */
export function behindRecords(prefix: string): string {
  return prefix + BEHIND_RECORDS;
}
