import { InvalidOffsetError } from './storage-error.js';

/** Throws `InvalidOffsetError` unless `offset` is a number of bytes from 0 on. */
export function requireOffset(path: string, offset: number): void {
  if (!Number.isSafeInteger(offset) || offset < 0) throw new InvalidOffsetError(path, offset);
}

/** Throws `RangeError` unless `length`, where one is given, is a number of bytes from 0 on. */
export function requireLength(length: number | undefined): void {
  if (length !== undefined && !(length >= 0)) throw new RangeError(`${length} is not a number of bytes`);
}
