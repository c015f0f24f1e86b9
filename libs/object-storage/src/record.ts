import { bytesOf, contentOf } from './content.js';
import { recordKey } from './keys.js';
import type { ObjectInfo, ObjectStore, PartUpload, StoredPart } from './object-store.js';

/** As much of a record as surely holds the line of the upload. */
const HEAD_BYTES = 16 * 1024;

const LINE_FEED = 0x0a;

/**
 * What is kept of a file that was closed before it was complete, for whoever continues it: an object of two lines of
 * JSON, of which the first tells the upload of parts, and behind them the bytes that are in no part.
 */
export interface FileRecord {
  /** Null where all bytes are in the tail. */
  readonly upload: PartUpload | null;
  /** Bytes of each part. */
  readonly partSize: number;
  readonly parts: readonly StoredPart[];
  /** What follows the last part: at most as much as a part. */
  readonly tail: Uint8Array;
}

/** Stores the record of the file at `key`, which has `size` bytes. One put. */
export async function putRecord(store: ObjectStore, key: string, size: number, record: FileRecord): Promise<void> {
  const { upload, partSize, parts, tail } = record;
  const lines = `${JSON.stringify({ upload, partSize })}\n${JSON.stringify(parts)}\n`;
  await store.put(recordKey(key, size), Buffer.concat([Buffer.from(lines), tail]));
}

/** One get; null where there is no such record. */
export async function getRecord(store: ObjectStore, key: string, size: number): Promise<FileRecord | null> {
  const found = await store.get(recordKey(key, size));
  if (!found) return null;
  const content = await contentOf(found);
  const first = content.indexOf(LINE_FEED);
  const second = content.indexOf(LINE_FEED, first + 1);
  const parts: StoredPart[] = JSON.parse(content.toString('utf8', first + 1, second));
  return { ...parseHead(content.subarray(0, first)), parts, tail: content.subarray(second + 1) };
}

/**
 * Deletes records, and then drops their parts, but for those of the upload that goes on. A crash in between leaves
 * parts that nobody refers to, which whoever purges unfinished uploads finds. One get for each record, one delete, and
 * an abort for each upload.
 */
export async function discardRecords(
  store: ObjectStore,
  records: readonly ObjectInfo[],
  kept: PartUpload | null = null,
): Promise<void> {
  if (records.length === 0) return;
  const uploads = await uploadsOf(store, records);
  await store.delete(records.map(({ key }) => key));
  await abortAll(store, uploads, kept);
}

/** The uploads that records tell. One get for each record. */
export async function uploadsOf(store: ObjectStore, records: readonly ObjectInfo[]): Promise<PartUpload[]> {
  const uploads = await Promise.all(records.map(({ key }) => getUpload(store, key)));
  return [...new Map(uploads.flatMap((upload) => (upload ? [[upload.id, upload]] : []))).values()];
}

/** Drops the parts of uploads, but for one that goes on. */
export async function abortAll(
  store: ObjectStore,
  uploads: readonly PartUpload[],
  kept: PartUpload | null = null,
): Promise<void> {
  await Promise.all(uploads.filter(({ id }) => id !== kept?.id).map((upload) => store.abortParts(upload)));
}

async function getUpload(store: ObjectStore, key: string): Promise<PartUpload | null> {
  const found = await store.get(key, { start: 0, end: HEAD_BYTES - 1 });
  if (!found) return null;
  const head = await bytesOf(found.content);
  return parseHead(head.subarray(0, head.indexOf(LINE_FEED))).upload;
}

function parseHead(line: Buffer): Pick<FileRecord, 'upload' | 'partSize'> {
  return JSON.parse(line.toString());
}
