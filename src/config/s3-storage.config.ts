import { Setting } from './setting.decorator.js';
import {
  base64Key,
  boolean,
  bucket,
  byteSize,
  count,
  duration,
  keyPrefix,
  oneOf,
  optional,
  optionalFile,
  optionalUrl,
  word,
} from './setting-rules.js';

/** What S3 takes for a part, in MiB: every part but the last has at least 5, and none more than 5 GiB. */
const PART = { least: 5, most: 5 * 1024 };

/** Parts lie in memory while they are on their way. */
const MOST_IN_MEMORY = 512;

/** A bucket of Amazon S3, or of what speaks its protocol. Durations are in milliseconds, sizes in bytes. */
export class S3StorageConfig {
  @Setting(bucket)
  readonly bucket: string | undefined = undefined;

  @Setting(word)
  readonly region: string = 'us-east-1';

  /** URL of the service; Amazon's of the region where it is absent. */
  @Setting(optionalUrl)
  readonly endpoint: string | undefined = undefined;

  /** Whether the bucket stands in the path instead of in the host name; where not said, with an `endpoint` only. */
  @Setting(optional(boolean))
  readonly pathStyle: boolean | undefined = undefined;

  /** Without it, credentials come from the environment, a web identity or the instance. */
  @Setting(word)
  readonly accessKey: string | undefined = undefined;

  @Setting(word)
  readonly secretKey: string | undefined = undefined;

  @Setting(word)
  readonly sessionToken: string | undefined = undefined;

  /** What the key of each object begins with; it ends in a slash where it is not empty. */
  @Setting(keyPrefix)
  readonly root: string = '';

  @Setting(word)
  readonly storageClass: string | undefined = undefined;

  @Setting(oneOf('off', 'sse-s3', 'sse-kms', 'sse-c'))
  readonly encryption: 'off' | 'sse-s3' | 'sse-kms' | 'sse-c' = 'off';

  /** With `sse-kms`: the key; the account's own where it is absent. */
  @Setting(word)
  readonly kmsKey: string | undefined = undefined;

  /** With `sse-c`: 32 bytes in base64. */
  @Setting(base64Key(32))
  readonly customerKey: string | undefined = undefined;

  /** Bytes of each part of a large blob. */
  @Setting(byteSize(PART.least, MOST_IN_MEMORY))
  readonly partSize: number = 10 * 1024 ** 2;

  /** Parts of one blob that are on their way at a time. */
  @Setting(count(1, 64))
  readonly partConcurrency: number = 4;

  /** Larger objects are copied in parts; 32 MiB where it is absent, but 5 GiB with an `endpoint`. */
  @Setting(optional(byteSize(PART.least, PART.most)))
  readonly copyThreshold: number | undefined = undefined;

  @Setting(byteSize(PART.least, PART.most))
  readonly copyPartSize: number = 32 * 1024 ** 2;

  @Setting(count(1, 256))
  readonly copyConcurrency: number = 16;

  /** Whether the SDK adds checksums of its own to all requests, which few stores but Amazon's understand. */
  @Setting(oneOf('when-required', 'when-supported'))
  readonly checksums: 'when-required' | 'when-supported' = 'when-required';

  /** How often a call is tried in all. */
  @Setting(count(1, 100))
  readonly maxAttempts: number = 5;

  /** Connections to the service at a time. */
  @Setting(count(1, 10_000))
  readonly connections: number = 128;

  @Setting(duration(1))
  readonly connectTimeout: number = 3_000;

  /** How long a request may make no progress. */
  @Setting(duration(1))
  readonly requestTimeout: number = 30_000;

  /** File of certificates, PEM, of those who vouch for the service. */
  @Setting(optionalFile)
  readonly caFile: string | undefined = undefined;

  /** Whether blobs may be left to the store: see `RedirectConfig`. */
  @Setting(boolean)
  readonly redirect: boolean = false;
}
