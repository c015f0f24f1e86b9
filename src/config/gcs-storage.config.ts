import { Setting } from './setting.decorator.js';
import { boolean, bucket, byteSize, count, duration, keyPrefix, optionalFile, optionalUrl } from './setting-rules.js';

/** A bucket of Google Cloud Storage. Durations are in milliseconds, sizes in bytes. */
export class GcsStorageConfig {
  @Setting(bucket)
  readonly bucket: string | undefined = undefined;

  /** URL of the service, such as that of an emulator; Google's where it is absent. */
  @Setting(optionalUrl)
  readonly endpoint: string | undefined = undefined;

  /** File of a service account's key, JSON; where it is absent, the application default credentials are used. */
  @Setting(optionalFile)
  readonly keyFile: string | undefined = undefined;

  /** What the name of each object begins with; it ends in a slash where it is not empty. */
  @Setting(keyPrefix)
  readonly root: string = '';

  /** Bytes of each part of a large blob. */
  @Setting(byteSize(5, 512))
  readonly partSize: number = 10 * 1024 ** 2;

  /** Parts of one blob that are on their way at a time. */
  @Setting(count(1, 64))
  readonly partConcurrency: number = 4;

  /** How often a call is tried in all. */
  @Setting(count(1, 100))
  readonly maxAttempts: number = 5;

  @Setting(duration(1))
  readonly requestTimeout: number = 30_000;

  /** Connections to the service at a time. */
  @Setting(count(1, 10_000))
  readonly connections: number = 128;

  /** Whether blobs may be left to the store: see `RedirectConfig`. */
  @Setting(boolean)
  readonly redirect: boolean = false;
}
