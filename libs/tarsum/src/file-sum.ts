import { createHash } from 'node:crypto';
import type { TarHeader } from './tar-header.js';
import type { TarSumVersion } from './tarsum-digest.js';

/** From this length on, in bytes, a name is remembered by its SHA-512: 128 characters, which no shorter name has. */
const LONG_NAME = 128;

/** What is remembered of an entry. */
export interface FileSum {
  /** The same for two entries when their names are, but for a `./` in front and a slash at the end. */
  readonly name: string;
  /** Hexadecimal digits. */
  readonly sum: string;
}

/** The fields of a header that go into the sum of an entry, each as its name and value, bytes as Latin-1. */
export function summedFields(entry: TarHeader, version: TarSumVersion): string {
  const mtime = version === 'v0' ? `mtime${entry.mtime}` : '';
  const attributes = version === 'v0' ? '' : entry.attributes.flat().join('');
  return (
    `name${entry.name}mode${entry.mode}uid${entry.uid}gid${entry.gid}size${entry.size}${mtime}` +
    `typeflag${entry.typeflag}linkname${entry.linkname}uname${entry.uname}gname${entry.gname}` +
    `devmajor${entry.devmajor}devminor${entry.devminor}${attributes}`
  );
}

/** The `FileSum.name` of an entry's name. */
export function fileSumName(name: string): string {
  const start = name.startsWith('./') ? 2 : 0;
  const bytes = Buffer.from(name.slice(start, name.endsWith('/') ? -1 : undefined), 'latin1');
  // Copied even when short: a slice would keep the whole header block in memory.
  return bytes.length < LONG_NAME ? bytes.toString('latin1') : createHash('sha512').update(bytes).digest('hex');
}
