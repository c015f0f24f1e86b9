/**
 * Which container holds the objects, and how it is reached. The account must not have a hierarchical namespace, which
 * lists in an order of its own.
 */
export interface AzureStoreOptions {
  readonly account: string;
  readonly container: string;
  /** Address of the blob service; `https://<account>.blob.core.windows.net` when not given. */
  readonly endpoint?: string;
  /** Base64. */
  readonly accountKey?: string;
  /** A shared access signature of the container that may read, add, create, write, delete and list. */
  readonly sas?: string;
  /**
   * With neither key nor SAS, whoever this process is to Azure is asked for: environment, workload identity, managed
   * identity. This is the client ID of a user-assigned identity.
   */
  readonly clientId?: string;
  /** Blocks of one large copy that are on their way at a time. */
  readonly copyConcurrency: number;
  /** How often a call is tried in all. */
  readonly maxAttempts: number;
  /** Milliseconds without a byte in either direction after which a try has failed. */
  readonly requestTimeout: number;
  /** Connections to the service at a time. */
  readonly connections: number;
}
