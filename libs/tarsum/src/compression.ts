const MAGIC_NUMBERS = [
  { format: 'gzip', bytes: Buffer.from('1f8b', 'hex') },
  { format: 'zstd', bytes: Buffer.from('28b52ffd', 'hex') },
  { format: 'xz', bytes: Buffer.from('fd377a585a00', 'hex') },
  { format: 'bzip2', bytes: Buffer.from('425a68', 'hex') },
];

/** The compression format whose content begins with `bytes`, if any. */
export function compressionOf(bytes: Buffer): string | undefined {
  return MAGIC_NUMBERS.find((magic) => bytes.subarray(0, magic.bytes.length).equals(magic.bytes))?.format;
}
