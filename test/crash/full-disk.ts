import { execFile } from 'node:child_process';
import { mkdtemp, rm, statfs, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startServer } from '../support/server-process.ts';
import { digestOf } from './blob-pusher.ts';
import type { Checks } from './checks.ts';
import { Random } from './random.ts';
import { type Answer, type Body, MANIFEST_TYPE, RegistryClient, withParameter } from './registry-client.ts';

const run = promisify(execFile);
const REPOSITORY = 'full/disk';
const DISK = '8m';
const TOO_LARGE = 16 * 1024 * 1024;
const CHUNK = 1024 * 1024;
/** Milliseconds. */
const PROMPTLY = 10_000;
/** Folders and hash states may keep a little. */
const SLACK = 128 * 1024;

/** Pushes more than fits on a disk of 8 MiB. Needs the right to mount one; says so and does nothing without. */
export async function checkFullDisk(checks: Checks): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'stowage-full-disk-'));
  try {
    if (!(await mountDisk(root))) return;
    try {
      await fillDisk(root, checks);
    } finally {
      await run('umount', [root]);
    }
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

async function mountDisk(folder: string): Promise<boolean> {
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${DISK}`, 'stowage-test', folder]);
    return true;
  } catch (error) {
    console.log(`skipped the full disk, which needs the right to mount one: ${error}`);
    return false;
  }
}

async function fillDisk(root: string, checks: Checks): Promise<void> {
  const server = await startServer({ STOWAGE_STORAGE_FILESYSTEM_ROOT: root });
  try {
    const test = new FullDisk(root, new RegistryClient(server.url), checks);
    await test.pushWhatFits();
    await test.pushTooMuch();
    await test.moveTagOnFullDisk();
  } finally {
    const started = performance.now();
    await server.stop();
    const took = performance.now() - started;
    const rule = 'a refused request leaves no connection that holds up the end of the server';
    checks.expect(rule, took < PROMPTLY, () => `it took ${took} ms`);
  }
}

class FullDisk {
  readonly #root: string;
  readonly #client: RegistryClient;
  readonly #checks: Checks;
  readonly #random = new Random('full disk');
  readonly #before = this.#random.bytes(CHUNK / 2);

  constructor(root: string, client: RegistryClient, checks: Checks) {
    this.#root = root;
    this.#client = client;
    this.#checks = checks;
  }

  async pushWhatFits(): Promise<void> {
    await this.#client.pushWhole(REPOSITORY, digestOf(this.#before), this.#before);
    await this.#client.putManifest(REPOSITORY, 'latest', MANIFEST_TYPE, this.#manifest('before'));
  }

  async pushTooMuch(): Promise<void> {
    const content = this.#random.bytes(TOO_LARGE);
    const digest = digestOf(content);
    const free = await freeBytes(this.#root);
    await this.#refused('POST', `/v2/${REPOSITORY}/blobs/uploads/?digest=${digest}`, content);
    await this.#tooMuchInUpload((location) => this.#refused('PUT', withParameter(location, 'digest', digest), content));
    await this.#tooMuchInUpload((location) => this.#refused('PATCH', location, content));
    await this.#tooMuchInUpload((location) => this.#refused('PATCH', location, inPieces(content)));
    await this.#tooManyChunks(content);
    const { status } = await this.#client.blob(REPOSITORY, digest);
    this.#checks.expect('a push that did not fit leaves no blob', status === 404, () => `${status}`);
    const missing = free - (await freeBytes(this.#root));
    this.#checks.expect('a push that did not fit gives its space back', missing < SLACK, () => `${missing} bytes`);
    await this.#servesWhatWasThere('before');
  }

  async moveTagOnFullDisk(): Promise<void> {
    const filler = join(this.#root, 'filler');
    await fill(filler);
    await this.#refused('PUT', `/v2/${REPOSITORY}/manifests/latest`, this.#manifest('after'), MANIFEST_TYPE);
    await this.#servesWhatWasThere('before');
    await unlink(filler);
    await this.#client.putManifest(REPOSITORY, 'latest', MANIFEST_TYPE, this.#manifest('after'));
    await this.#servesWhatWasThere('after');
  }

  /** Opens an upload for a request that does not fit, and cancels it afterwards. */
  async #tooMuchInUpload(send: (location: string) => Promise<void>): Promise<void> {
    const location = await this.#client.startUpload(REPOSITORY);
    await send(location);
    await this.#standsAt(location, 0);
    await this.#cancel(location);
  }

  async #tooManyChunks(content: Buffer): Promise<void> {
    let location = await this.#client.startUpload(REPOSITORY);
    let offset = 0;
    while ((await freeBytes(this.#root)) > CHUNK + SLACK) {
      location = await this.#client.patch(location, content.subarray(offset, offset + CHUNK), {
        start: offset,
        end: offset + CHUNK,
      });
      offset += CHUNK;
    }
    await this.#refused('PATCH', location, content.subarray(offset));
    await this.#standsAt(location, offset);
    await this.#cancel(location);
  }

  async #standsAt(location: string, offset: number): Promise<void> {
    const found = await this.#client.uploadOffset(location);
    const rule = 'an upload that did not fit stands where its last acknowledged request ended';
    this.#checks.expect(rule, found === offset, () => `${found} instead of ${offset}`);
  }

  async #cancel(location: string): Promise<void> {
    const { status } = await this.#client.request('DELETE', location);
    this.#checks.expect('an upload that did not fit can be cancelled', status === 204, () => `${status}`);
  }

  async #refused(method: string, path: string, body: Body, type?: string): Promise<void> {
    const rule = 'a request that does not fit is refused with an OCI error';
    const headers = { 'content-type': type ?? 'application/octet-stream' };
    try {
      const answer = await this.#client.request(method, path, { headers, body });
      const found = (): string => `${method}: ${answer.status} ${answer.body.toString().slice(0, 200)}`;
      this.#checks.expect(rule, answer.status >= 500 && hasErrorCode(answer), found);
    } catch (error) {
      this.#checks.expect(rule, false, () => `${method}: ${error}`);
    }
  }

  async #servesWhatWasThere(version: string): Promise<void> {
    const rule = 'a full disk takes nothing away';
    const blob = await this.#client.blob(REPOSITORY, digestOf(this.#before));
    this.#checks.expect(rule, blob.body.equals(this.#before), () => `blob: ${blob.status}`);
    const { status, body } = await this.#client.manifest(REPOSITORY, 'latest');
    this.#checks.expect(rule, body.equals(this.#manifest(version)), () => `manifest: ${status} ${body}`);
  }

  #manifest(version: string): Buffer {
    const blob = { mediaType: 'application/octet-stream', digest: digestOf(this.#before), size: this.#before.length };
    const annotations = { version, padding: 'x'.repeat(100_000) };
    const manifest = { schemaVersion: 2, mediaType: MANIFEST_TYPE, config: blob, layers: [blob], annotations };
    return Buffer.from(JSON.stringify(manifest));
  }
}

function hasErrorCode({ body }: Answer): boolean {
  try {
    const { errors }: { errors?: { code?: unknown }[] } = JSON.parse(body.toString());
    return typeof errors?.[0]?.code === 'string';
  } catch {
    return false;
  }
}

function* pieces(content: Buffer): Generator<Uint8Array> {
  for (let offset = 0; offset < content.length; offset += 65_536) yield content.subarray(offset, offset + 65_536);
}

async function* inPieces(content: Buffer): AsyncGenerator<Uint8Array> {
  yield* pieces(content);
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** Writes until nothing more fits. */
async function fill(file: string): Promise<void> {
  for (let size = CHUNK; size >= 4_096; ) {
    try {
      await writeFile(file, Buffer.alloc(size), { flag: 'a' });
    } catch {
      size /= 2;
    }
  }
}
