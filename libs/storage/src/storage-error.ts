/** What all failures of a driver have in common. A driver's own failures (a full disk) stay what they are. */
export abstract class StorageError extends Error {}

export class PathNotFoundError extends StorageError {
  override readonly name = 'PathNotFoundError';

  constructor(
    readonly path: string,
    options?: ErrorOptions,
  ) {
    super(`nothing is stored at ${path}`, options);
  }
}

export class InvalidPathError extends StorageError {
  override readonly name = 'InvalidPathError';

  constructor(
    readonly path: string,
    readonly rule: string,
  ) {
    super(`invalid path ${JSON.stringify(path)}: ${rule}`);
  }
}

export class InvalidOffsetError extends StorageError {
  override readonly name = 'InvalidOffsetError';

  constructor(
    readonly path: string,
    /** Bytes. */
    readonly offset: number,
  ) {
    super(`invalid offset ${offset} in ${path}`);
  }
}

export class UnsupportedError extends StorageError {
  override readonly name = 'UnsupportedError';

  constructor(
    readonly driver: string,
    readonly operation: string,
  ) {
    super(`the ${driver} driver does not support ${operation}`);
  }
}

export class WriterClosedError extends StorageError {
  override readonly name = 'WriterClosedError';

  constructor(
    readonly path: string,
    readonly state: 'closed' | 'committed' | 'cancelled',
  ) {
    super(`the writer of ${path} is already ${state}`);
  }
}

/** Somebody else held a lock for longer than the caller would wait. */
export class LockTimeoutError extends StorageError {
  override readonly name = 'LockTimeoutError';

  constructor(
    readonly key: string,
    /** Milliseconds. */
    readonly waited: number,
  ) {
    super(`${key} was locked for ${waited} ms`);
  }
}
