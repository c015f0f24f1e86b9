import type { Launch } from '../system/server.ts';

/**
 * What a peer can be measured at: a registry at everything, a file server at reading what lies in its folder.
 * `files` holds large blobs, `memory` does not.
 */
export type PeerKind = 'registry' | 'files' | 'memory';

export interface StartOptions {
  /** The folder of its content. */
  readonly root: string;
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
