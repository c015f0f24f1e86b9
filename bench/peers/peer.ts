import type { Launch } from '../system/server.ts';

/**
 * What a peer can be measured at: a registry at everything, a file server at reading what lies in its folder.
 * `files` holds large blobs, `memory` does not.
 */
export type PeerKind = 'registry' | 'files' | 'memory';

/** A bucket of an S3 service, which is addressed by path. */
export interface Bucket {
  readonly name: string;
  readonly region: string;
  /** Origin of the service. */
  readonly endpoint: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

export interface StartOptions {
  /** The folder of its content; in a bucket, what all keys begin with, without a slash at its end. */
  readonly root: string;
  /** Where the content is kept; null for files. */
  readonly bucket: Bucket | null;
  readonly port: number;
  /** A folder for configuration and the like that is the peer's own. */
  readonly folder: string;
  /** Further settings, for Stowage only. */
  readonly env?: Record<string, string>;
  /** Further options of Node, for Stowage only. */
  readonly nodeOptions?: readonly string[];
}

/** A server that the benchmark can start. */
export interface Peer {
  /** As `--peers` takes it. */
  readonly name: string;
  readonly kind: PeerKind;
  /** Name and version for tables. */
  readonly title: string;
  launch(options: StartOptions): Promise<Launch>;
}
