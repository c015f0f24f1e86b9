import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { END, gnuLong, paxHeader, paxRecord, tarEntry, tarHeader } from '../test/tar-builder.js';
import { TarReader } from './tar-reader.js';
import { MalformedArchiveError } from './tarsum-error.js';

const MIB = 1024 * 1024;
const FILE = tarEntry({ name: 'f' }, 'content');
const ZERO_BLOCK = END.subarray(0, 512);
const BAD_CHECKSUM = 'the checksum of a header is wrong';

describe('TarReader', () => {
  it('tells of each entry, its content in runs and its end', () => {
    const events: string[] = [];
    const reader = new TarReader({
      entry: (entry) => events.push(`entry ${entry.name}`),
      body: (bytes) => events.push(`body ${bytes}`),
      entryEnd: () => events.push('end'),
    });
    reader.write(Buffer.concat([tarEntry({ name: 'd/', typeflag: '5' }), FILE.subarray(0, 515)]));
    reader.write(FILE.subarray(515));
    expect(events).toEqual(['entry d/', 'end', 'entry f', 'body con', 'body tent', 'end']);
  });

  describe('the end', () => {
    it.each([
      ['nothing at all', []],
      ['the end marker alone', [END]],
      ['the end marker', [FILE, END]],
      ['an entry', [FILE]],
      ['one zero block', [FILE, ZERO_BLOCK]],
      ['content that is not filled up to a whole block', [FILE.subarray(0, 519)]],
      ['content that is filled up in part', [FILE.subarray(0, 1000)]],
      ['any bytes behind the end marker', [FILE, END, Buffer.from('\x01'.repeat(700))]],
      ['an archive behind the end marker', [FILE, END, FILE, FILE]],
      ['a part of a block behind the end marker', [FILE, END, Buffer.alloc(100)]],
    ])('may be %s', (_, parts) => {
      expect(failureOf(...parts)).toBeUndefined();
    });

    it('makes all behind it not count', () => {
      expect(entriesOf(FILE, END, FILE, END)).toEqual(['f']);
    });

    it.each([
      ['in a header', [FILE, FILE.subarray(0, 511)], 1024, 'a block is cut short'],
      ['in the first header', [FILE.subarray(0, 1)], 0, 'a block is cut short'],
      ['before content', [FILE.subarray(0, 512)], 512, 'the content of an entry is cut short'],
      ['in content', [FILE.subarray(0, 518)], 518, 'the content of an entry is cut short'],
      ['in the second block of the end marker', [FILE, END.subarray(0, 700)], 1536, 'a block is cut short'],
      ['in the first block of the end marker', [FILE, END.subarray(0, 500)], 1024, 'a block is cut short'],
      ['before PAX records', [paxHeader([['path', 'p']]).subarray(0, 512)], 512, 'an extended header is cut short'],
      ['in PAX records', [paxHeader([['path', 'p']]).subarray(0, 515)], 515, 'an extended header is cut short'],
      ['in a GNU long name', [gnuLong('L', 'name').subarray(0, 514)], 514, 'an extended header is cut short'],
    ])('may not be %s', (_, parts, offset, rule) => {
      expect(failureOf(...parts)).toEqual(new MalformedArchiveError(offset, rule));
    });

    it.each([
      ['the input', []],
      ['the end marker', [END]],
    ])('may not come between an extended header and its entry: %s', (_, end) => {
      const rule = 'the archive ends between an extended header and its entry';
      expect(failureOf(paxHeader([['path', 'p']]), ...end)).toEqual(new MalformedArchiveError(1024, rule));
      expect(failureOf(gnuLong('K', 'target'), ...end)).toEqual(new MalformedArchiveError(1024, rule));
    });

    it('may not be one zero block followed by something else', () => {
      const rule = 'one zero block alone does not end an archive';
      expect(failureOf(FILE, ZERO_BLOCK, FILE, END)).toEqual(new MalformedArchiveError(1536, rule));
    });
  });

  describe('a header', () => {
    it('must have the right checksum', () => {
      const changed = Buffer.from(FILE);
      changed.write('g');
      expect(failureOf(FILE, changed)).toEqual(new MalformedArchiveError(1024, BAD_CHECKSUM));
      const unreadable = Buffer.from(FILE);
      unreadable.write('none', 148);
      expect(failureOf(unreadable)).toEqual(new MalformedArchiveError(0, BAD_CHECKSUM));
      const blank = Buffer.from(FILE);
      blank.write(' '.repeat(8), 148);
      expect(failureOf(blank)).toEqual(new MalformedArchiveError(0, BAD_CHECKSUM));
    });

    it.each(['mode', 'uid', 'gid', 'size', 'mtime'] as const)('must have a number as %s', (field) => {
      for (const text of ['8', '-1', '0x1', '1 2', 'one', ' \0x', '1 \0x', '+1', '1.0']) {
        const rule = `the header field ${field} is not a number`;
        expect(failureOf(FILE, tarHeader({ [field]: text }))).toEqual(new MalformedArchiveError(1024, rule));
      }
    });

    it('must have device numbers when it is of a device', () => {
      expect(failureOf(tarHeader({ typeflag: '3', devmajor: 'x' }))?.rule).toBe(
        'the header field devmajor is not a number',
      );
      expect(failureOf(tarHeader({ typeflag: '4', devminor: 'x' }))?.rule).toBe(
        'the header field devminor is not a number',
      );
    });

    it('must have times as numbers when it is a star header', () => {
      const star = (at: number): Buffer => tarHeader({ raw: { 508: 'tar\0', [at]: 'x' } });
      expect(failureOf(star(476))?.rule).toBe('the header field atime is not a number');
      expect(failureOf(star(488))?.rule).toBe('the header field ctime is not a number');
    });

    it.each([
      ['-1', '\xff'.repeat(12)],
      ['-9223372036854775808', `\x80\0\0\0\x80${'\0'.repeat(7)}`],
      ['9223372036854775807', `\x80\0\0\0\x7f${'\xff'.repeat(7)}`],
      ['9007199254740992', `\x80\0\0\0\0\x20${'\0'.repeat(6)}`],
    ])('cannot have a size of %s bytes', (size, field) => {
      const rule = `an entry cannot have ${size} bytes`;
      expect(failureOf(tarHeader({ name: 'f', size: field }))).toEqual(new MalformedArchiveError(0, rule));
    });

    it('may have the size of a file too large for octal digits', () => {
      const size = `\x80${'\0'.repeat(6)}\x02${'\0'.repeat(4)}`;
      expect(failureOf(tarHeader({ size }))?.rule).toBe('the content of an entry is cut short');
    });
  });

  describe('PAX records', () => {
    const malformed = 'a PAX record is cut short or not <length> <key>=<value>';

    it.each([
      ['99 path=x\n', 0],
      [`${paxRecord('path', 'x')}9 path`, 9],
      ['10 path=xx\n', 0],
      ['10 path=x ', 0],
      ['7 path\n', 0],
      ['9 path x=\n', 0],
      ['path=x\n', 0],
      [' path=x\n', 0],
      ['0 path=x\n', 0],
      ['-1 path=x\n', 0],
      ['+10 path=x\n', 0],
      ['1e1 path=x\n', 0],
      ['6 ==x\n1', 6],
      ['6 ==x\n00', 6],
      [`${paxRecord('path', 'x')}\0`, 9],
      [`${paxRecord('path', 'x')}\n`, 9],
      ['123456789 path=x\n', 0],
    ])('%j are refused', (content, at) => {
      const archive = [FILE, tarEntry({ typeflag: 'x' }, content), FILE, END];
      expect(failureOf(...archive)).toEqual(new MalformedArchiveError(1536 + at, malformed));
    });

    it.each([
      ['uid', ''],
      ['uid', 'x'],
      ['gid', '1.5'],
      ['gid', '9223372036854775808'],
      ['uid', '-9223372036854775809'],
      ['uid', '9'.repeat(400)],
      ['size', '1_0'],
      ['size', '0x7'],
      ['mtime', '.5'],
      ['mtime', '1.-5'],
      ['mtime', '1,5'],
      ['mtime', '9223372036854775808.1'],
      ['atime', ''],
      ['ctime', 'now'],
    ])('cannot have %s=%s', (key, value) => {
      const rule = `the PAX record ${key} is not a number`;
      expect(failureOf(paxHeader([[key, value]]), FILE)).toEqual(new MalformedArchiveError(1024, rule));
    });

    it('cannot contradict the size in the header', () => {
      const rule = 'the PAX record size and the header field size differ';
      expect(failureOf(paxHeader([['size', '6']]), FILE)).toEqual(new MalformedArchiveError(1024, rule));
      expect(failureOf(paxHeader([['size', '-1']]), FILE)).toEqual(new MalformedArchiveError(1024, rule));
      expect(failureOf(paxHeader([['size', '7']]), FILE)).toBeUndefined();
    });

    it('give the size that is too large for the header', () => {
      const size = 8 * 1024 ** 3;
      const reader = new TarReader({ entry: (entry) => entries.push(entry.size), body: () => {}, entryEnd: () => {} });
      const entries: unknown[] = [];
      reader.write(Buffer.concat([paxHeader([['size', `${size}`]]), tarHeader({ name: 'f' }), Buffer.alloc(4096)]));
      expect(entries).toEqual([BigInt(size)]);
      expect(() => reader.assertComplete()).toThrow('the content of an entry is cut short');
    });

    it('cannot name an attribute with no name', () => {
      const rule = 'an extended attribute has no name';
      expect(failureOf(paxHeader([['SCHILY.xattr.', 'x']]), FILE)).toEqual(new MalformedArchiveError(1024, rule));
    });
  });

  describe('an extended header', () => {
    it.each(['x', 'L', 'K'])('of type %s has 1 MiB at the most', (typeflag) => {
      const rule = 'an extended header has more than 1048576 bytes';
      expect(failureOf(tarHeader({ typeflag, size: MIB + 1 }))).toEqual(new MalformedArchiveError(0, rule));
      const text = paxRecord('comment', 'c'.repeat(MIB - 17));
      expect(text.length).toBe(MIB);
      expect(entriesOf(tarEntry({ typeflag }, text), FILE, END)).toHaveLength(1);
    });

    it.each(['x', 'L', 'K'])('of type %s may not follow PAX records', (typeflag) => {
      const rule = 'a PAX header is not followed by its entry';
      const parts = [paxHeader([['uid', '1']]), tarEntry({ typeflag }), FILE];
      expect(failureOf(...parts)).toEqual(new MalformedArchiveError(1024, rule));
    });
  });

  it('refuses sparse files, old and new', () => {
    const rule = 'the versions of the original do not agree on the sum of a sparse file';
    expect(failureOf(tarHeader({ typeflag: 'S' }))).toEqual(new MalformedArchiveError(0, rule));
    for (const key of ['GNU.sparse.major', 'GNU.sparse.size', 'GNU.sparse.map']) {
      expect(failureOf(paxHeader([[key, '0']]), FILE)).toEqual(new MalformedArchiveError(1024, rule));
    }
  });

  it('says that the input is compressed', () => {
    const archive = Buffer.concat([
      FILE,
      tarEntry({ name: 'random' }, Buffer.from(crypto.getRandomValues(new Uint8Array(4096)))),
      END,
    ]);
    expect(failureOf(gzipSync(archive))).toEqual(new MalformedArchiveError(0, 'the input is compressed with gzip'));
    expect(failureOf(zstdCompressSync(archive))?.rule).toBe('the input is compressed with zstd');
    expect(failureOf(gzipSync(''))?.rule).toBe('the input is compressed with gzip');
    expect(failureOf(Buffer.from('BZh91AY&SY'))?.rule).toBe('the input is compressed with bzip2');
    expect(failureOf(Buffer.from('fd377a585a0000', 'hex'))?.rule).toBe('the input is compressed with xz');
    expect(failureOf(Buffer.from([0x1f]))?.rule).toBe('a block is cut short');
  });

  it('takes an archive for one whose first name begins like a compressed one', () => {
    expect(entriesOf(tarEntry({ name: '\x1f\x8bname' }), END)).toEqual(['\x1f\x8bname']);
  });

  it('refuses more entries than it is allowed to find', () => {
    const reader = new TarReader({ entry: () => {}, body: () => {}, entryEnd: () => {} }, 2);
    reader.write(Buffer.concat([FILE, FILE]));
    expect(() => reader.write(FILE)).toThrow(new MalformedArchiveError(2048, 'it has more than 2 entries'));
  });
});

function entriesOf(...parts: readonly Buffer[]): string[] {
  const entries: string[] = [];
  const reader = new TarReader({ entry: ({ name }) => entries.push(name), body: () => {}, entryEnd: () => {} });
  reader.write(Buffer.concat(parts));
  reader.assertComplete();
  return entries;
}

function failureOf(...parts: readonly Buffer[]): MalformedArchiveError | undefined {
  try {
    entriesOf(...parts);
    return undefined;
  } catch (error) {
    if (error instanceof MalformedArchiveError) return error;
    throw error;
  }
}
