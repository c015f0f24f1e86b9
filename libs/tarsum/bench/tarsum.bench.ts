/**
 * Compares a tarsum with the SHA-256 of the same bytes, in CPU time: npm run build && node libs/tarsum/bench/tarsum.bench.ts
 * Fails when a tarsum of a layer like that of a real image has less than half the speed.
 */
import { createHash, randomBytes } from 'node:crypto';
// biome-ignore lint/style/noRestrictedImports: Node finds the built library by this name only.
import { TarSum } from '#libs/tarsum';

interface Digester {
  update(chunk: Buffer): unknown;
  digest(encoding: 'hex'): string;
}

const BLOCK_SIZE = 512;
const CHUNK_SIZE = 256 * 1024;
const MIB = 1024 * 1024;
const ROUNDS = 9;

/** The sizes of the files of an image, in bytes: half of them below 3 KiB, the mean at 13. */
function smallFiles(count: number): number[] {
  return Array.from({ length: count }, (_, i) =>
    Math.round(3 * 1024 * Math.exp(1.7 * normalQuantile((i + 0.5) / count))),
  );
}

/** Tukey's approximation. */
function normalQuantile(p: number): number {
  return 4.91 * (p ** 0.14 - (1 - p) ** 0.14);
}

function tarOf(sizes: readonly number[]): Buffer {
  return Buffer.concat([...sizes.flatMap((size, i) => entry(i, size)), Buffer.alloc(2 * BLOCK_SIZE)]);
}

/** A file, and for each eighth one a directory before it. */
function entry(index: number, size: number): Buffer[] {
  const directory = `usr/share/doc/package-${index >> 3}/`;
  const file = [
    header(`${directory}file-${index}.txt`, '0', size),
    randomBytes(size),
    Buffer.alloc(-size & (BLOCK_SIZE - 1)),
  ];
  return index % 8 === 0 ? [header(directory, '5', 0), ...file] : file;
}

function header(name: string, typeflag: string, size: number): Buffer {
  const block = Buffer.alloc(BLOCK_SIZE);
  block.write(name);
  block.write(
    `0000644\x000000000\x000000000\0${size.toString(8).padStart(11, '0')}\x0014671234567\0        ${typeflag}`,
    100,
  );
  block.write('ustar\x0000root', 257);
  block.write('root', 297);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

/** Milliseconds of CPU time. */
function measure(digester: Digester, archive: Buffer): number {
  const start = process.threadCpuUsage();
  for (let at = 0; at < archive.length; at += CHUNK_SIZE) digester.update(archive.subarray(at, at + CHUNK_SIZE));
  digester.digest('hex');
  const { user, system } = process.threadCpuUsage(start);
  return (user + system) / 1000;
}

/** Speed of the tarsum over that of SHA-256, from the best of several rounds in turn. */
function compare(title: string, archive: Buffer): number {
  let plain = Number.POSITIVE_INFINITY;
  let tarsum = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    plain = Math.min(plain, measure(createHash('sha256'), archive));
    tarsum = Math.min(tarsum, measure(new TarSum('v1'), archive));
  }
  const speed = (time: number): string => `${Math.round((archive.length / MIB / time) * 1000)} MiB/s`;
  console.log(`${title}: sha256 ${speed(plain)}, tarsum ${speed(tarsum)}, ratio ${(plain / tarsum).toFixed(2)}`);
  return plain / tarsum;
}

const small = smallFiles(6000);
const large = [4, 4, 8, 12, 24].map((mebibytes) => mebibytes * MIB);
const ratio = compare('layer of 6000 small files and 5 large ones', tarOf([...small, ...large]));
compare('the small files alone', tarOf(small));
compare('the large files alone', tarOf(large));
process.exitCode = ratio < 0.5 ? 1 : 0;
