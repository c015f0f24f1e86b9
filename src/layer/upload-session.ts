import { type HashAlgorithm, isHashAlgorithm } from '#libs/hash';
import { isWithin, type ListedFile, pathOf, type StorageDriver } from '#libs/storage';

/** A hash state that is stored. */
export interface HashMark {
  readonly algorithm: HashAlgorithm;
  /** Bytes that it is the hash of. */
  readonly offset: number;
}

/** What is stored of an upload session. */
export interface UploadSession {
  /** Whose time is when the session began; null where there is no such session. */
  readonly beginning: ListedFile | null;
  /** Bytes of the data; null where there is none. */
  readonly size: number | null;
  readonly marks: readonly HashMark[];
}

/** Looks at what a session holds. */
export async function readSession(storage: StorageDriver, name: string, id: string): Promise<UploadSession> {
  const files = await storage.filesBelow(pathOf.upload(name, id));
  const find = (path: string) => files.find((file) => file.path === path);
  const data = await find(pathOf.uploadData(name, id))?.inspect();
  return {
    beginning: find(pathOf.uploadStartedAt(name, id)) ?? null,
    size: data?.size ?? null,
    marks: files.flatMap(({ path }) => markAt(path, pathOf.uploadHashes(name, id))),
  };
}

function markAt(path: string, directory: string): HashMark[] {
  if (!isWithin(path, directory)) return [];
  const [algorithm = '', offset = '', ...others] = path.slice(directory.length + 1).split('/');
  if (!isHashAlgorithm(algorithm) || !/^\d{1,15}$/.test(offset) || others.length > 0) return [];
  return [{ algorithm, offset: Number(offset) }];
}
