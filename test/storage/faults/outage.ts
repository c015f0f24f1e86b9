import { setTimeout as pause } from 'node:timers/promises';
import { digestOf } from '../../crash/blob-pusher.ts';
import type { Checks } from '../../crash/checks.ts';
import { Random } from '../../crash/random.ts';
import { type Answer, MANIFEST_TYPE, RegistryClient, withParameter } from '../../crash/registry-client.ts';
import { startServer } from '../../support/server-process.ts';
import type { FaultProxy, Outage } from './fault-proxy.ts';
import { PatientClient } from './patient-client.ts';

const REPOSITORY = 'outage';
const AT_ONCE = 64;
/** Milliseconds that a request may take of which nothing is known yet: some attempts, and the pauses in between. */
const FIRST_ANSWERS = 15_000;
/** Milliseconds that it may take when the store is known to be gone. */
const LATER_ANSWERS = 2_000;
/** Milliseconds after which everything is as it was. */
const RECOVERY = 15_000;

/** The store is gone as a whole: many ask at once and are told soon, and what was begun goes on when it is back. */
export async function checkOutage(
  settings: Record<string, string>,
  proxy: FaultProxy,
  outage: Outage,
  checks: Checks,
): Promise<void> {
  const server = await startServer(settings);
  const test = new OutageTest(server.url, checks, outage);
  try {
    await test.prepare();
    await proxy.fail(outage);
    await test.asksAllAtOnce(FIRST_ANSWERS, 'when the store is gone, many clients are told so in bounded time');
    await test.asksAllAtOnce(LATER_ANSWERS, 'while the store is known to be gone, nobody waits for it');
    await test.staysAlive();
    await proxy.recover();
    await test.recovers();
  } finally {
    await proxy.recover();
    await server.stop();
  }
}

class OutageTest {
  readonly #outage: Outage;
  readonly #client: RegistryClient;
  /** For what may have to wait for a lock that could not be given back. */
  readonly #patient: PatientClient;
  readonly #checks: Checks;
  readonly #random: Random;
  readonly #blob: Buffer;
  readonly #manifest: Buffer;
  readonly #upload: Buffer;
  #location = '';

  constructor(url: string, checks: Checks, outage: Outage) {
    const random = new Random(`outage ${outage}`);
    this.#outage = outage;
    this.#client = new RegistryClient(url);
    this.#patient = new PatientClient(url, checks);
    this.#checks = checks;
    this.#random = random;
    this.#blob = random.bytes(10_000);
    this.#upload = random.bytes(200_000);
    const blob = { mediaType: 'application/octet-stream', digest: digestOf(this.#blob), size: this.#blob.length };
    this.#manifest = Buffer.from(
      JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST_TYPE, config: blob, layers: [blob] }),
    );
  }

  async prepare(): Promise<void> {
    await this.#client.pushWhole(REPOSITORY, digestOf(this.#blob), this.#blob);
    await this.#client.putManifest(REPOSITORY, 'latest', MANIFEST_TYPE, this.#manifest);
    this.#location = await this.#client.startUpload(REPOSITORY);
    const range = { start: 0, end: 100_000 };
    this.#location = await this.#client.patch(this.#location, this.#upload.subarray(0, 100_000), range);
  }

  async asksAllAtOnce(bound: number, rule: string): Promise<void> {
    await Promise.all(
      Array.from({ length: AT_ONCE }, async (_, index) => {
        const begin = performance.now();
        const answer = await this.#ask(index).catch((error: Error) => error);
        const took = performance.now() - begin;
        const isTold = !(answer instanceof Error) && isUnavailable(answer) && took < bound;
        const found = answer instanceof Error ? String(answer) : `${answer.status} ${answer.body}`;
        this.#checks.expect(
          rule,
          isTold,
          () => `request ${index}: ${found.slice(0, 200)} after ${Math.round(took)} ms`,
        );
      }),
    );
  }

  async staysAlive(): Promise<void> {
    const { status } = await this.#client.request('GET', '/v2/');
    this.#checks.expect(
      'without its store, the server still answers what needs none',
      status === 200,
      () => `${status}`,
    );
  }

  async recovers(): Promise<void> {
    const begin = performance.now();
    let answer = await this.#client.manifest(REPOSITORY, 'latest');
    while (answer.status !== 200 && performance.now() - begin < RECOVERY) {
      await pause(100);
      answer = await this.#client.manifest(REPOSITORY, 'latest');
    }
    const took = Math.round(performance.now() - begin);
    console.log(`${this.#outage}: the store was back, and in use again after ${took} ms`);
    const isBack = answer.status === 200 && answer.body.equals(this.#manifest);
    const rule = 'a store that is back is used again, and has what it had';
    this.#checks.expect(rule, isBack, () => `${answer.status} after ${took} ms`);
    if (isBack) await this.#finishesUpload();
  }

  async #finishesUpload(): Promise<void> {
    const rule = 'an upload goes on where it was before the store was gone';
    const begin = performance.now();
    try {
      const offset = await this.#patient.uploadOffset(this.#location);
      this.#checks.expect(rule, offset === 100_000, () => `it stands at ${offset}`);
      const digest = digestOf(this.#upload);
      await this.#patient.finishUpload(this.#location, digest, this.#upload.subarray(100_000));
      console.log(`${this.#outage}: an upload went on after ${Math.round(performance.now() - begin)} ms more`);
      const { body } = await this.#client.blob(REPOSITORY, digest);
      this.#checks.expect(rule, body.equals(this.#upload), () => `${body.length} bytes`);
    } catch (error) {
      this.#checks.expect(rule, false, () => String(error));
    }
  }

  /** Requests of all kinds in turn; none can be answered from memory. */
  #ask(index: number): Promise<Answer> {
    const blob = this.#random.bytes(1_000);
    const uploads = `/v2/${REPOSITORY}/blobs/uploads/`;
    const type = { 'content-type': MANIFEST_TYPE };
    const asks = [
      () => this.#client.manifest(REPOSITORY, 'latest'),
      () => this.#client.request('GET', `/v2/${REPOSITORY}/tags/list`),
      () => this.#client.request('POST', withParameter(uploads, 'digest', digestOf(blob)), { body: blob }),
      () => this.#client.request('POST', uploads),
      () => this.#client.blob(REPOSITORY, digestOf(blob), 'GET'),
      () =>
        this.#client.request('PUT', `/v2/${REPOSITORY}/manifests/v${index}`, { headers: type, body: this.#manifest }),
      () => this.#client.request('GET', this.#location),
      () => this.#client.request('GET', '/v2/_catalog'),
    ];
    return (asks[index % asks.length] ?? asks[0])?.() ?? Promise.reject(new Error('nothing to ask for'));
  }
}

function isUnavailable({ status, headers }: Answer): boolean {
  return status === 503 && Number(headers['retry-after']) > 0;
}
