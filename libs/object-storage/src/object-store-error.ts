import { StorageError } from '#libs/storage';

/** The parts of an object were put together or dropped before. */
export class PartsGoneError extends StorageError {
  override readonly name = 'PartsGoneError';

  constructor(
    readonly key: string,
    options?: ErrorOptions,
  ) {
    super(`the parts of ${key} are gone`, options);
  }
}
