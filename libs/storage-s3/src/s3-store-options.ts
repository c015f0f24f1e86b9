export interface S3StoreOptions {
  readonly bucket: string;
  readonly region: string;
  /** URL of the service; that of AWS in the region when not given. */
  readonly endpoint?: string;
  /** Whether the bucket is named in the path of a URL rather than in its host. */
  readonly pathStyle: boolean;
  /** With `secretKey`; without both, the SDK's chain: environment, profile, web identity, container, instance. */
  readonly accessKey?: string;
  readonly secretKey?: string;
  readonly sessionToken?: string;
  /** Of all objects that are written; the bucket's own when not given. */
  readonly storageClass?: string;
  readonly encryption: 'off' | 'sse-s3' | 'sse-kms' | 'sse-c';
  /** Id or ARN, with `sse-kms`; the account's own key for S3 when not given. */
  readonly kmsKey?: string;
  /** 32 bytes in base64, with `sse-c`. */
  readonly customerKey?: string;
  /** Bytes; larger objects are copied in parts. */
  readonly copyThreshold: number;
  /** Bytes of each part of such a copy. */
  readonly copyPartSize: number;
  /** Parts of one copy that are on their way at a time. */
  readonly copyConcurrency: number;
  /** Whether a CRC32 goes with all content that is written. Older services refuse it, or do not look at it. */
  readonly checksums: 'when-required' | 'when-supported';
  /** Of one request, the first included. */
  readonly maxAttempts: number;
  /** Connections at a time. */
  readonly connections: number;
  /** Milliseconds until a connection has to be there, TLS included. */
  readonly connectTimeout: number;
  /** Milliseconds that a request or an answer may go without any progress. */
  readonly requestTimeout: number;
  /** PEM file of the authorities that may have issued the service's certificate; those that Node knows when not given. */
  readonly caFile?: string;
  /** Where the keys begin that the credentials may write to; '' when not given. */
  readonly prefix?: string;
}
