import { ChunkCursor } from './chunk-cursor.js';
import { compressionOf } from './compression.js';
import { applyPaxRecords, type PaxRecords, parsePaxRecords } from './pax-records.js';
import { BLOCK_SIZE, hasValidChecksum, parseTarHeader, type TarHeader, untilNul } from './tar-header.js';
import { MalformedArchiveError } from './tarsum-error.js';

/** What a pseudo entry (PAX records, GNU long name) may hold, in bytes; the limit of Go's reader. */
const MAX_EXTENSION = 1024 * 1024;

/** A bound on memory: whoever sums keeps a record of some 200 bytes for each entry. */
const MAX_ENTRIES = 2 * 1024 * 1024;

const ZERO_BLOCK = Buffer.alloc(BLOCK_SIZE);

/** Is told what a `TarReader` finds: for each entry `entry`, then `body` for each run of its content, then `entryEnd`. */
export interface TarVisitor {
  entry(entry: TarHeader): void;
  /** `bytes` are valid during the call only. */
  body(bytes: Buffer): void;
  entryEnd(): void;
}

/** What pseudo entries said of the entry to come. */
interface Extensions {
  name?: string;
  linkname?: string;
  pax?: PaxRecords;
}

type State = 'header' | 'extension' | 'body' | 'padding' | 'end marker' | 'end';

/**
 * Reads a tar archive as Go's archive/tar of 2014 did, which a tarsum is defined by: the raw mode and type byte, numbers
 * of 64 bits, names and attributes as bytes, content for any type of entry, a global PAX header as an entry like any
 * other. Readers for Node decode names as UTF-8, take a NUL type byte for `0`, drop types they do not know and apply
 * global headers, so none of them will do.
 *
 * It is stricter than the original where that one failed in the middle (panics, records applied at random) or where its
 * successors read something else: sparse files, and an extended header that is not followed by its entry.
 */
export class TarReader {
  readonly #cursor = new ChunkCursor();
  #state: State = 'header';
  #extensions: Extensions | undefined;
  /** The type and size of the pseudo entry whose content is being gathered. */
  #extension = { typeflag: '', size: 0 };
  #entries = 0;
  /** Bytes left of the content, and of what fills up its last block. */
  #body = 0;
  #padding = 0;

  constructor(
    private readonly visitor: TarVisitor,
    private readonly maxEntries = MAX_ENTRIES,
  ) {}

  /** Reads on. Throws `MalformedArchiveError`, after which the reader must not be used. */
  write(chunk: Buffer): void {
    this.#cursor.feed(chunk);
    while (!this.#cursor.exhausted && this.#state !== 'end') this.#step();
  }

  /**
   * Checks that the archive may end where it is now: at the end marker or, as in the original, between two entries,
   * within what fills up the last block, or after the first block of the end marker. Throws `MalformedArchiveError`.
   */
  assertComplete(): void {
    const { offset, partial } = this.#cursor;
    if (this.#state === 'body') throw new MalformedArchiveError(offset, 'the content of an entry is cut short');
    if (this.#state === 'extension') throw new MalformedArchiveError(offset, 'an extended header is cut short');
    if (partial.length > 0) throw notAHeader(offset - partial.length, partial, 'a block is cut short');
    if (this.#state !== 'end') this.#assertNothingPending(offset);
  }

  #step(): void {
    if (this.#state === 'header') this.#readHeader();
    else if (this.#state === 'extension') this.#readExtension();
    else if (this.#state === 'body') this.#readBody();
    else if (this.#state === 'padding') this.#skipPadding();
    else this.#readEndMarker();
  }

  #readHeader(): void {
    const block = this.#cursor.gather(BLOCK_SIZE);
    if (!block) return;
    const offset = this.#cursor.offset - BLOCK_SIZE;
    if (block[0] === 0 && block.equals(ZERO_BLOCK)) {
      this.#assertNothingPending(offset);
      this.#state = 'end marker';
      return;
    }
    if (!hasValidChecksum(block)) throw notAHeader(offset, block, 'the checksum of a header is wrong');
    const header = parseTarHeader(block, offset);
    if ('xLK'.includes(header.typeflag)) this.#startExtension(header, offset);
    else this.#startEntry(header, offset);
  }

  #startExtension(header: TarHeader, offset: number): void {
    if (this.#extensions?.pax) throw new MalformedArchiveError(offset, 'a PAX header is not followed by its entry');
    const size = sizeOf(header, offset);
    if (size > MAX_EXTENSION) {
      throw new MalformedArchiveError(offset, `an extended header has more than ${MAX_EXTENSION} bytes`);
    }
    this.#extension = { typeflag: header.typeflag, size };
    this.#padding = paddingOf(size);
    this.#state = 'extension';
  }

  #readExtension(): void {
    const { typeflag, size } = this.#extension;
    const content = this.#cursor.gather(size);
    if (!content) return;
    this.#extensions ??= {};
    if (typeflag === 'x') this.#extensions.pax = parsePaxRecords(content, this.#cursor.offset - size);
    if (typeflag === 'L') this.#extensions.name ??= untilNul(content.toString('latin1'));
    if (typeflag === 'K') this.#extensions.linkname ??= untilNul(content.toString('latin1'));
    this.#state = 'padding';
  }

  #startEntry(header: TarHeader, offset: number): void {
    if (++this.#entries > this.maxEntries) {
      throw new MalformedArchiveError(offset, `it has more than ${this.maxEntries} entries`);
    }
    const entry = extend(header, this.#extensions ?? {}, offset);
    this.#extensions = undefined;
    this.#body = sizeOf(entry, offset);
    this.#padding = paddingOf(this.#body);
    this.visitor.entry(entry);
    this.#state = 'body';
    if (this.#body === 0) this.#endEntry();
  }

  #readBody(): void {
    const bytes = this.#cursor.take(this.#body);
    this.#body -= bytes.length;
    this.visitor.body(bytes);
    if (this.#body === 0) this.#endEntry();
  }

  #endEntry(): void {
    this.visitor.entryEnd();
    this.#state = this.#padding > 0 ? 'padding' : 'header';
  }

  #skipPadding(): void {
    this.#padding -= this.#cursor.skip(this.#padding);
    if (this.#padding === 0) this.#state = 'header';
  }

  #readEndMarker(): void {
    const block = this.#cursor.gather(BLOCK_SIZE);
    if (!block) return;
    if (!block.equals(ZERO_BLOCK)) {
      throw new MalformedArchiveError(this.#cursor.offset - BLOCK_SIZE, 'one zero block alone does not end an archive');
    }
    this.#state = 'end';
  }

  #assertNothingPending(offset: number): void {
    if (!this.#extensions) return;
    throw new MalformedArchiveError(offset, 'the archive ends between an extended header and its entry');
  }
}

function extend(header: TarHeader, { name, linkname, pax }: Extensions, offset: number): TarHeader {
  if (header.typeflag === 'S' || (pax && isSparse(pax))) {
    throw new MalformedArchiveError(offset, 'the versions of the original do not agree on the sum of a sparse file');
  }
  const extended = pax ? applyPaxRecords(header, pax, offset) : header;
  if (name === undefined && linkname === undefined) return extended;
  return { ...extended, name: name ?? extended.name, linkname: linkname ?? extended.linkname };
}

function isSparse(records: PaxRecords): boolean {
  return [...records.keys()].some((key) => key.startsWith('GNU.sparse.'));
}

function sizeOf({ size }: TarHeader, offset: number): number {
  if (size >= 0 && size <= Number.MAX_SAFE_INTEGER) return Number(size);
  throw new MalformedArchiveError(offset, `an entry cannot have ${size} bytes`);
}

function paddingOf(size: number): number {
  return (BLOCK_SIZE - (size % BLOCK_SIZE)) % BLOCK_SIZE;
}

function notAHeader(offset: number, bytes: Buffer, rule: string): MalformedArchiveError {
  const compression = offset === 0 ? compressionOf(bytes) : undefined;
  return new MalformedArchiveError(offset, compression ? `the input is compressed with ${compression}` : rule);
}
