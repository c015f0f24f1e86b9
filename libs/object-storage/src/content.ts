import { buffer } from 'node:stream/consumers';
import { TruncatedFileError } from '#libs/storage';
import type { OpenObject } from './object-store.js';

/** The content of an object that was opened from `start` up to `end`. Rejects with `TruncatedFileError` where it is less. */
export async function contentOf({ info, content }: OpenObject, start = 0, end = info.size): Promise<Buffer> {
  const bytes = await buffer(content);
  if (bytes.length < end - start) throw new TruncatedFileError(info.key, end, start + bytes.length);
  return bytes;
}
