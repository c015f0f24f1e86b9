/** Which bucket holds the objects, and how it is reached. */
export interface GcsStoreOptions {
  readonly bucket: string;
  /** Base address; `https://storage.googleapis.com` when not given. */
  readonly endpoint?: string;
  /**
   * The key of a service account, as the console gives it. Without it, whoever this process is to Google is asked for:
   * `GOOGLE_APPLICATION_CREDENTIALS`, workload identity, the service account of the machine. With an endpoint and without
   * a key, nobody is named, which emulators take.
   */
  readonly keyFile?: string;
  /** How often a call is tried in all. */
  readonly maxAttempts: number;
  /** Milliseconds without a byte in either direction after which a try has failed. */
  readonly requestTimeout: number;
  /** Connections to the service at a time. */
  readonly connections: number;
}
