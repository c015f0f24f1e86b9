import { readFileSync } from 'node:fs';
import { Client, type Entry, ResultCodeError } from 'ldapts';
import { Connection, type ConnectionSettings } from './connection.js';
import type { LdapOptions } from './ldap-options.js';

export type Search = Parameters<Client['search']>[1];

/**
 * What a directory says to a bind that it refuses for the user's sake: a wrong password, no password, an account that is
 * locked, or gone since it was found. By number (RFC 4511, appendix A).
 */
const REFUSED: ReadonlySet<number> = new Set([
  19, // constraintViolation
  32, // noSuchObject
  48, // inappropriateAuthentication
  49, // invalidCredentials
  50, // insufficientAccessRights
  53, // unwillingToPerform
]);

/** One of several servers of a directory: the first that answers, for as long as it does. */
export class Directory {
  private readonly settings: ConnectionSettings;
  private preferred = 0;
  /** The connection that searches, or the attempt to make it. */
  private searching: Promise<Connection> | null = null;
  private current: Connection | null = null;

  /** Throws where the file of authorities cannot be read. */
  constructor(private readonly options: LdapOptions) {
    const { startTls, caFile, timeout, connectTimeout } = options;
    const ca = caFile === undefined ? undefined : readFileSync(caFile);
    this.settings = { startTls, ca, timeout, connectTimeout };
  }

  /** Searches below `base`. A connection that was cut since it was last used is made anew. */
  async search(base: string, search: Search): Promise<Entry[]> {
    for (let isLast = false; ; isLast = true) {
      const connection = await this.connect();
      try {
        return (await connection.client.search(base, search)).searchEntries;
      } catch (error) {
        if (error instanceof ResultCodeError) throw error;
        this.drop(connection);
        if (isLast) throw error;
      }
    }
  }

  /** Whether this is the password of the entry. It must not be empty: a directory takes that for nobody, and says yes. */
  async verify(dn: string, password: string): Promise<boolean> {
    const { connection, result } = await this.open(async ({ client }) => {
      try {
        await client.bind(dn, password);
        return true;
      } catch (error) {
        if (error instanceof ResultCodeError && REFUSED.has(error.code)) return false;
        throw error;
      }
    });
    connection.close();
    return result;
  }

  async close(): Promise<void> {
    const connection = await this.searching?.catch(() => null);
    this.searching = null;
    connection?.close();
  }

  private async connect(): Promise<Connection> {
    const connection = await this.searchingConnection();
    if (connection.isUsable) return connection;
    this.drop(connection);
    return this.searchingConnection();
  }

  private searchingConnection(): Promise<Connection> {
    this.searching ??= this.openSearching();
    return this.searching;
  }

  private async openSearching(): Promise<Connection> {
    const { bindDn = '', bindPassword = '' } = this.options;
    try {
      const { connection } = await this.open(({ client }) => client.bind(bindDn, bindPassword));
      this.current = connection;
      return connection;
    } catch (error) {
      this.searching = null;
      throw error;
    }
  }

  private drop(connection: Connection): void {
    connection.close();
    if (this.current === connection) this.searching = null;
  }

  /** A new connection on which `begin` went well, to the first server where it does. */
  private async open<T>(begin: (connection: Connection) => Promise<T>): Promise<{ connection: Connection; result: T }> {
    const { urls } = this.options;
    const failures: unknown[] = [];
    for (let attempt = 0; attempt < urls.length; attempt++) {
      const number = (this.preferred + attempt) % urls.length;
      try {
        const connection = await Connection.open(urls[number] ?? '', this.settings);
        try {
          const result = await begin(connection);
          this.preferred = number;
          return { connection, result };
        } catch (error) {
          connection.close();
          throw error;
        }
      } catch (error) {
        failures.push(error);
      }
    }
    const reasons = failures.map((failure) => (failure instanceof Error ? failure.message : String(failure)));
    throw new AggregateError(failures, `no server of the directory answers as it should: ${reasons.join('; ')}`);
  }
}
