/** What all failures of this library have in common. */
export abstract class TarSumError extends Error {}

export type TarSumFormatReason = 'not a tarsum' | 'unknown hash' | 'bad hexadecimal digits';

/** A text that is not a tarsum of a known hash, whatever its version. */
export class TarSumFormatError extends TarSumError {
  override readonly name = 'TarSumFormatError';

  constructor(
    readonly text: string,
    readonly reason: TarSumFormatReason,
    /** What would have been right. */
    readonly rule: string,
  ) {
    super(`${reason}: ${rule}`);
  }
}

/** A tarsum of a version that does not exist. */
export class TarSumVersionError extends TarSumError {
  override readonly name = 'TarSumVersionError';

  constructor(
    /** The version as it was written, such as `tarsum.v23`. */
    readonly label: string,
  ) {
    super(`unknown tarsum version ${JSON.stringify(label)}`);
  }
}

/** An archive that has no tarsum, because it is broken or because there is more than one way to read it. */
export class MalformedArchiveError extends TarSumError {
  override readonly name = 'MalformedArchiveError';

  constructor(
    /** Bytes from the start of the input: where the broken block begins, or where the input ends too early. */
    readonly offset: number,
    readonly rule: string,
  ) {
    super(`malformed tar archive at byte ${offset}: ${rule}`);
  }
}
