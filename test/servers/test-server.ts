/** A storage service that runs for tests, on free ports of the loopback address. */
export interface TestServer {
  readonly name: string;
  /** The settings of the registry that choose it, as environment variables; its bucket or container is there and empty. */
  readonly settings: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}
