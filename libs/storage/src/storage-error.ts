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

export class FileReaderClosedError extends StorageError {
  override readonly name = 'FileReaderClosedError';

  constructor(readonly path: string) {
    super(`the reader of ${path} is closed`);
  }
}

/** A file is shorter than it was when it was opened, or than it was said to be. */
export class TruncatedFileError extends StorageError {
  override readonly name = 'TruncatedFileError';

  constructor(
    readonly path: string,
    /** Bytes that the file had, or should have. */
    readonly size: number,
    /** Where it ends now, in bytes. */
    readonly end: number,
  ) {
    super(`${path} ends at ${end} bytes instead of ${size}`);
  }
}

/** Whoever was to take the content of a file closed before all of it was handed over. */
export class SinkClosedError extends StorageError {
  override readonly name = 'SinkClosedError';

  constructor(readonly path: string) {
    super(`not all of ${path} was taken`);
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

/** The store behind a driver does not answer, refuses to, or has too much to do. The same call may succeed later. */
export class StorageUnavailableError extends StorageError {
  override readonly name = 'StorageUnavailableError';

  constructor(
    readonly driver: string,
    /** What was to be done, without names that a client must not see. */
    readonly operation: string,
    /** Milliseconds after which another try makes sense. */
    readonly retryAfter: number,
    options?: ErrorOptions,
  ) {
    super(`the ${driver} storage is not available: ${operation} failed`, options);
  }
}
