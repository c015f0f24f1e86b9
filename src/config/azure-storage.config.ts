import { Setting } from './setting.decorator.js';
import {
  boolean,
  bucket,
  byteSize,
  count,
  duration,
  keyPrefix,
  optionalUrl,
  sharedAccessSignature,
  word,
} from './setting-rules.js';

/** A container of Azure Blob Storage. Durations are in milliseconds, sizes in bytes. */
export class AzureStorageConfig {
  @Setting(word)
  readonly account: string | undefined = undefined;

  @Setting(bucket)
  readonly container: string | undefined = undefined;

  /** URL of the service; `https://<account>.blob.core.windows.net` where it is absent. */
  @Setting(optionalUrl)
  readonly endpoint: string | undefined = undefined;

  /** Without it and `sas`, a managed identity or what else the SDK finds is used. */
  @Setting(word)
  readonly accountKey: string | undefined = undefined;

  /** A shared access signature, as a query without its question mark. */
  @Setting(sharedAccessSignature)
  readonly sas: string | undefined = undefined;

  /** Which managed identity, where there are several. */
  @Setting(word)
  readonly clientId: string | undefined = undefined;

  /** What the name of each blob begins with; it ends in a slash where it is not empty. */
  @Setting(keyPrefix)
  readonly root: string = '';

  /** Bytes of each block of a large blob. */
  @Setting(byteSize(1, 512))
  readonly partSize: number = 10 * 1024 ** 2;

  /** Blocks of one blob that are on their way at a time. */
  @Setting(count(1, 64))
  readonly partConcurrency: number = 4;

  @Setting(count(1, 256))
  readonly copyConcurrency: number = 16;

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
