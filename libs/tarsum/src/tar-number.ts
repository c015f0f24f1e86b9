/** A number of a header: `bigint` where it may be beyond what a double holds. */
export type TarNumber = number | bigint;

const SPACE = 0x20;
const ZERO = 0x30;
/** As many digits as a number of 64 bits has: reading a million of them would take long. */
const DECIMAL = /^[+-]?0*[0-9]{1,19}$/;
const TIME = /^([+-]?[0-9]+)(?:\.[0-9]*)?$/;

/**
 * Reads a numeric field of a header: octal digits or, with the first bit set, base-256. `undefined` when it is neither.
 */
export function readField(block: Buffer, start: number, end: number): TarNumber | undefined {
  return block.readInt8(start) < 0 ? readBase256(block.subarray(start, end)) : readOctal(block, start, end);
}

/** Reads a number of a PAX record: a signed 64-bit integer in decimal digits. */
export function parseDecimal(text: string): bigint | undefined {
  if (!DECIMAL.test(text)) return undefined;
  const value = BigInt(text);
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

/** Reads the whole seconds of a time of a PAX record; a fraction is cut. */
export function parseTime(text: string): bigint | undefined {
  const seconds = TIME.exec(text)?.[1];
  return seconds === undefined ? undefined : parseDecimal(seconds);
}

/** Digits between spaces and NULs. No digits are zero; what is behind a NUL that follows the digits does not count. */
function readOctal(block: Buffer, start: number, end: number): number | undefined {
  let value = 0;
  let at = afterBlanks(block, start, end);
  for (; at < end; at++) {
    const digit = (block[at] ?? 0) - ZERO;
    if (digit < 0 || digit > 7) break;
    value = value * 8 + digit;
  }
  return block[at] === 0 || afterBlanks(block, at, end) === end ? value : undefined;
}

function afterBlanks(block: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && (block[at] === SPACE || block[at] === 0)) at++;
  return at;
}

/**
 * The original cleared the first bit and shifted what came into a signed 64-bit number, so that in a field of 12 bytes
 * two's complement works and in one of 8 it does not. Later readers see a negative number in both.
 */
function readBase256(field: Buffer): bigint {
  const value = field.readBigInt64BE(field.length - 8);
  return field.length > 8 ? value : BigInt.asUintN(63, value);
}
