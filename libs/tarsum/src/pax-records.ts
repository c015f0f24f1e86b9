import type { ExtendedAttribute, TarHeader } from './tar-header.js';
import { parseDecimal, parseTime, type TarNumber } from './tar-number.js';
import { MalformedArchiveError } from './tarsum-error.js';

/** What all keys of extended attributes begin with. */
const ATTRIBUTE = 'SCHILY.xattr.';

/** The greatest size that a header block holds in octal digits, in bytes. */
const MAX_OCTAL_SIZE = 0o77777777777n;

/** Key to value, bytes as Latin-1. */
export type PaxRecords = ReadonlyMap<string, string>;

/**
 * Reads the content of an extended header: records `<length> <key>=<value>\n`, where the length counts all of the
 * record (POSIX.1-2001, pax, "pax Extended Header"). The last one of a key wins. `offset` is that of the content in the
 * archive; throws `MalformedArchiveError` with the offset of a broken record.
 */
export function parsePaxRecords(content: Buffer, offset: number): PaxRecords {
  const text = content.toString('latin1');
  const records = new Map<string, string>();
  let start = 0;
  while (start < text.length) {
    const record = recordAt(text, start);
    if (!record) {
      throw new MalformedArchiveError(offset + start, 'a PAX record is cut short or not <length> <key>=<value>');
    }
    records.set(record.key, record.value);
    start = record.end;
  }
  return records;
}

/**
 * The header with what the records of its extended header put in place. `offset` is that of the header block; throws
 * `MalformedArchiveError` when a record cannot be applied.
 */
export function applyPaxRecords(header: TarHeader, records: PaxRecords, offset: number): TarHeader {
  const read = (key: string, parse: (text: string) => bigint | undefined, otherwise: TarNumber): TarNumber => {
    const text = records.get(key);
    if (text === undefined) return otherwise;
    const value = parse(text);
    if (value === undefined) throw new MalformedArchiveError(offset, `the PAX record ${key} is not a number`);
    return value;
  };
  read('atime', parseTime, 0);
  read('ctime', parseTime, 0);
  return {
    ...header,
    name: records.get('path') ?? header.name,
    linkname: records.get('linkpath') ?? header.linkname,
    uname: records.get('uname') ?? header.uname,
    gname: records.get('gname') ?? header.gname,
    uid: read('uid', parseDecimal, header.uid),
    gid: read('gid', parseDecimal, header.gid),
    mtime: read('mtime', parseTime, header.mtime),
    size: agreedSize(header.size, read('size', parseDecimal, header.size), offset),
    attributes: attributesOf(records, offset),
  };
}

/** Names are without the prefix and in the order of their bytes. */
function attributesOf(records: PaxRecords, offset: number): ExtendedAttribute[] {
  // The original summed one without a name several times.
  if (records.has(ATTRIBUTE)) throw new MalformedArchiveError(offset, 'an extended attribute has no name');
  return [...records]
    .filter(([key]) => key.startsWith(ATTRIBUTE))
    .map(([key, value]): ExtendedAttribute => [key.slice(ATTRIBUTE.length), value])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function recordAt(text: string, start: number): { key: string; value: string; end: number } | undefined {
  const space = text.indexOf(' ', start);
  if (space < 0 || !/^[0-9]{1,8}$/.test(text.slice(start, space))) return undefined;
  const end = start + Number(text.slice(start, space));
  const equals = text.indexOf('=', space);
  if (equals < 0 || equals >= end || text.charAt(end - 1) !== '\n') return undefined;
  return { key: text.slice(space + 1, equals), value: text.slice(equals + 1, end - 1), end };
}

/**
 * The original hashed the size of the record but read as many bytes as the header block said, and gave up when they
 * differed. Above what the block can hold there is no contradiction.
 */
function agreedSize(inHeader: TarNumber, inRecord: TarNumber, offset: number): TarNumber {
  if (BigInt(inHeader) === BigInt(inRecord) || inRecord > MAX_OCTAL_SIZE) return inRecord;
  throw new MalformedArchiveError(offset, 'the PAX record size and the header field size differ');
}
