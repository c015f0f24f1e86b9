import { OciError } from '#libs/oci';
import type { StorageDriver } from '#libs/storage';

/** The whole content of an early file. Throws `UNKNOWN` where it cannot be read. */
export function readEarlyFile(storage: StorageDriver, path: string): Promise<Buffer> {
  return storage.getContent(path).catch((error: unknown) => fail(error));
}

/** The content of an early file, piece by piece. Throws `UNKNOWN` where it cannot be read. */
export async function* streamEarlyFile(storage: StorageDriver, path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* await storage.reader(path);
  } catch (error) {
    fail(error);
  }
}

/** One file that a worn disk does not give back must not keep the others from being migrated. */
function fail(error: unknown): never {
  const reason = error instanceof Error ? error.message : String(error);
  throw new OciError('UNKNOWN', { reason }, { message: 'the file cannot be read', cause: error });
}
