import { readField, type TarNumber } from './tar-number.js';
import { MalformedArchiveError } from './tarsum-error.js';

/** Bytes. */
export const BLOCK_SIZE = 512;

const SPACE = 0x20;

const DEVICES = '34';

/** What the header of an entry says. Texts are bytes as Latin-1, for a sum is over bytes and names need not be UTF-8. */
export interface TarHeader {
  readonly name: string;
  readonly mode: TarNumber;
  readonly uid: TarNumber;
  readonly gid: TarNumber;
  /** Bytes of content. */
  readonly size: TarNumber;
  /** Seconds since 1970. */
  readonly mtime: TarNumber;
  /** One character. */
  readonly typeflag: string;
  readonly linkname: string;
  readonly uname: string;
  readonly gname: string;
  readonly devmajor: TarNumber;
  readonly devminor: TarNumber;
  /** In the order of their names. A header block has none, they are in PAX records. */
  readonly attributes: readonly ExtendedAttribute[];
}

export type ExtendedAttribute = readonly [name: string, value: string];

/**
 * Reads the header block that begins at `offset` of the archive, as Go's reader of 2014 did. Throws
 * `MalformedArchiveError` when a number in it cannot be read.
 */
export function parseTarHeader(block: Buffer, offset: number): TarHeader {
  const text = block.toString('latin1');
  const number = (name: string, start: number, end: number): TarNumber => {
    const value = readField(block, start, end);
    if (value === undefined) throw new MalformedArchiveError(offset, `the header field ${name} is not a number`);
    return value;
  };
  const format = formatOf(text);
  const isDevice = format !== 'v7' && DEVICES.includes(text.charAt(156));
  if (format === 'star') {
    number('atime', 476, 488);
    number('ctime', 488, 500);
  }
  return {
    name: nameOf(text, format),
    mode: number('mode', 100, 108),
    uid: number('uid', 108, 116),
    gid: number('gid', 116, 124),
    size: number('size', 124, 136),
    mtime: number('mtime', 136, 148),
    typeflag: text.charAt(156),
    linkname: untilNul(text, 157, 257),
    uname: format === 'v7' ? '' : untilNul(text, 265, 297),
    gname: format === 'v7' ? '' : untilNul(text, 297, 329),
    devmajor: isDevice ? number('devmajor', 329, 337) : 0,
    devminor: isDevice ? number('devminor', 337, 345) : 0,
    attributes: [],
  };
}

/** Whether the checksum of a header block is right, taken over unsigned bytes or, as old Sun tars did, signed ones. */
export function hasValidChecksum(block: Buffer): boolean {
  const given = readField(block, 148, 156);
  if (given === undefined) return false;
  const sum = sumOf(block, 0, BLOCK_SIZE) - sumOf(block, 148, 156) + 8 * SPACE;
  return Number(given) === sum || Number(given) === sum - 0x100 * highBytesOf(block);
}

function sumOf(block: Buffer, start: number, end: number): number {
  let sum = 0;
  for (let at = start; at < end; at++) sum += block[at] ?? 0;
  return sum;
}

/** How many bytes of the block, but for its checksum, are negative when they are signed. */
function highBytesOf(block: Buffer): number {
  return block.filter((byte, at) => byte >= 0x80 && (at < 148 || at >= 156)).length;
}

/** What is before the first NUL from `start` on, up to `end`. */
export function untilNul(text: string, start = 0, end = text.length): string {
  const nul = text.indexOf('\0', start);
  return text.slice(start, nul < 0 ? end : Math.min(nul, end));
}

type Format = 'v7' | 'ustar' | 'star' | 'gnu';

function formatOf(text: string): Format {
  const magic = text.slice(257, 265);
  if (magic.startsWith('ustar\0')) return text.endsWith('tar\0') ? 'star' : 'ustar';
  return magic === 'ustar  \0' ? 'gnu' : 'v7';
}

/**
 * A GNU header has other things in the place of the prefix, but Go's writer of 2014 put a prefix there and its reader
 * took it for one, so what it says is in the sum.
 */
function nameOf(text: string, format: Format): string {
  const name = untilNul(text, 0, 100);
  if (format === 'v7') return name;
  const prefix = untilNul(text, 345, format === 'star' ? 476 : 500);
  return prefix === '' ? name : `${prefix}/${name}`;
}
