/** What a header block is to hold. Texts are bytes as Latin-1; numeric fields may be given as the text of the field. */
export interface HeaderFields {
  name?: string;
  mode?: number | string;
  uid?: number | string;
  gid?: number | string;
  size?: number | string;
  mtime?: number | string;
  typeflag?: string;
  linkname?: string;
  /** Magic and version. */
  magic?: string;
  uname?: string;
  gname?: string;
  devmajor?: number | string;
  devminor?: number | string;
  prefix?: string;
  /** Any further bytes, by position. */
  raw?: Readonly<Record<number, string>>;
}

const BLOCK_SIZE = 512;

/** Two zero blocks. */
export const END = Buffer.alloc(2 * BLOCK_SIZE);

/** A header block: ustar, a regular file, all numbers zero unless given. */
export function tarHeader(fields: HeaderFields = {}): Buffer {
  const block = Buffer.alloc(BLOCK_SIZE);
  const put = (text: string, at: number): number => block.write(text, at, 'latin1');
  put(fields.name ?? '', 0);
  put(octal(fields.mode, 8), 100);
  put(octal(fields.uid, 8), 108);
  put(octal(fields.gid, 8), 116);
  put(octal(fields.size, 12), 124);
  put(octal(fields.mtime, 12), 136);
  put(fields.typeflag ?? '0', 156);
  put(fields.linkname ?? '', 157);
  put(fields.magic ?? 'ustar\x0000', 257);
  put(fields.uname ?? '', 265);
  put(fields.gname ?? '', 297);
  put(octal(fields.devmajor, 8), 329);
  put(octal(fields.devminor, 8), 337);
  put(fields.prefix ?? '', 345);
  for (const [at, text] of Object.entries(fields.raw ?? {})) put(text, Number(at));
  return withChecksum(block);
}

/** An entry of a regular file unless `typeflag` says otherwise: header, content, zeros up to a whole block. */
export function tarEntry(fields: HeaderFields = {}, content: string | Buffer = ''): Buffer {
  const bytes = typeof content === 'string' ? Buffer.from(content, 'latin1') : content;
  return Buffer.concat([tarHeader({ size: bytes.length, ...fields }), bytes, Buffer.alloc(-bytes.length & 511)]);
}

/** An extended header with the given records. */
export function paxHeader(records: Iterable<readonly [key: string, value: string]>): Buffer {
  const content = [...records].map(([key, value]) => paxRecord(key, value)).join('');
  return tarEntry({ name: 'PaxHeaders.0/x', typeflag: 'x' }, content);
}

export function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  let length = rest.length;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return length + rest;
}

/** A pseudo entry with the name (`L`) or the link target (`K`) of the entry that follows. */
export function gnuLong(typeflag: 'L' | 'K', text: string): Buffer {
  return tarEntry({ name: '././@LongLink', typeflag }, `${text}\0`);
}

/** Writes the checksum that a header block ought to have into it. */
export function withChecksum(block: Buffer, ofByte = (byte: number): number => byte): Buffer {
  block.write(' '.repeat(8), 148);
  const sum = block.reduce((total, byte) => total + ofByte(byte), 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

function octal(value: number | string | undefined, width: number): string {
  return typeof value === 'string' ? value : `${(value ?? 0).toString(8).padStart(width - 1, '0')}\0`;
}
