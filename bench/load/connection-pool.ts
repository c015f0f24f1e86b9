import type { RegistryClient } from './registry-client.ts';

/** Connections that are open before they are needed. Who finds none free waits for the next that is given back. */
export class ConnectionPool {
  readonly #free: RegistryClient[];
  readonly #waiting: ((client: RegistryClient) => void)[] = [];

  constructor(clients: readonly RegistryClient[]) {
    this.#free = [...clients];
  }

  take(): Promise<RegistryClient> {
    const client = this.#free.pop();
    if (client !== undefined) return Promise.resolve(client);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  giveBack(client: RegistryClient): void {
    const next = this.#waiting.shift();
    if (next) next(client);
    else this.#free.push(client);
  }
}
