import { createHash, randomBytes } from 'node:crypto';
import { Writable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import type { AppOptions } from '../../src/app.module.js';
import { createRegistryConfig, loadRegistryConfig, type RegistryConfigInput } from '../../src/config/index.js';
import { createApp } from '../../src/create-app.js';
import { createLogger } from '../../src/log/index.js';
import { freshTestStore } from './test-store.js';

export type StorageInput = NonNullable<RegistryConfigInput['storage']>;

/** A whole registry on a free port of this machine. */
export interface Registry {
  readonly app: NestExpressApplication;
  readonly url: string;
  /** The lines that it logged. */
  readonly log: Record<string, unknown>[];
  client(): ReturnType<typeof request>;
  close(): Promise<void>;
}

/** Starts a registry over what `input` says, or else over a new root in the store under test, or over memory. */
export async function startRegistry(input: RegistryConfigInput = {}, options: AppOptions = {}): Promise<Registry> {
  const config = createRegistryConfig({ ...input, storage: input.storage ?? storageOf(freshTestStore()) });
  const log: Record<string, unknown>[] = [];
  const sink = new Writable({
    write: (line, _encoding, done) => {
      log.push(JSON.parse(line.toString()));
      done();
    },
  });
  const app = await createApp(config, createLogger(config.log, sink), options);
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  return { app, url, log, client: () => request(url), close: () => app.close() };
}

/** What environment variables say on the storage; memory where there are none. */
export function storageOf(settings: Readonly<Record<string, string>> | null): StorageInput {
  return settings === null ? { driver: 'inmemory' } : loadRegistryConfig(settings).storage;
}

/** The line of the log on a request, which may come after the client has all of its answer. */
export async function logged(registry: Registry, requestId: string): Promise<Record<string, unknown>> {
  for (;;) {
    const line = registry.log.find((entry) => entry.requestId === requestId);
    if (line) return line;
    await setTimeout(5);
  }
}

/** The digest of content, in the algorithm of your choice. */
export function digestOf(content: Uint8Array | string, algorithm = 'sha256'): string {
  return `${algorithm}:${createHash(algorithm).update(content).digest('hex')}`;
}

/** A blob that nobody else has. */
export function randomBlob(size = 1024): { content: Buffer; digest: string } {
  const content = randomBytes(size);
  return { content, digest: digestOf(content) };
}

/** Pushes a blob in one request. */
export async function pushBlob(registry: Registry, name: string, content: Buffer): Promise<string> {
  const digest = digestOf(content);
  await registry
    .client()
    .post(`/v2/${name}/blobs/uploads/?digest=${digest}`)
    .set('Content-Type', 'application/octet-stream')
    .send(content)
    .expect(201);
  return digest;
}
