import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

const ID_SIZE = 8;
const SECRET_SIZE = 32;
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** Digits that hold 256 and 32 bits. */
const SECRET_LENGTH = 43;
const CHECKSUM_LENGTH = 6;

/** Fixed, so that scanners for secrets can find keys in code and in logs; the checksum tells them from look-alikes. */
const KEY = new RegExp(`^stow_([0-9a-f]{${ID_SIZE * 2}})[0-9A-Za-z]{${SECRET_LENGTH + CHECKSUM_LENGTH}}$`);
const ID = new RegExp(`^[0-9a-f]{${ID_SIZE * 2}}$`);

export interface KeyText {
  readonly id: string;
  readonly text: string;
}

/** A new API key: a prefix, its id, 256 bits that nobody can guess, and a checksum. */
export function makeKeyText(): KeyText {
  const id = randomBytes(ID_SIZE).toString('hex');
  const secret = BigInt(`0x${randomBytes(SECRET_SIZE).toString('hex')}`);
  const start = `stow_${id}${base62(secret, SECRET_LENGTH)}`;
  return { id, text: start + checksum(start) };
}

/** The id in the text of a key; undefined for what is no such text. */
export function idOfKeyText(text: string): string | undefined {
  const id = KEY.exec(text)?.[1];
  const end = text.length - CHECKSUM_LENGTH;
  return id !== undefined && checksum(text.slice(0, end)) === text.slice(end) ? id : undefined;
}

export function isKeyId(text: string): boolean {
  return ID.test(text);
}

function checksum(text: string): string {
  return base62(BigInt(crc32(text)), CHECKSUM_LENGTH);
}

function base62(number: bigint, length: number): string {
  let digits = '';
  for (let rest = number; digits.length < length; rest /= 62n) digits = BASE62[Number(rest % 62n)] + digits;
  return digits;
}
