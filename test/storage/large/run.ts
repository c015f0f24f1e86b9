/**
 * Pushes and pulls a blob of many gigabytes by way of the built server, and copies it inside its store.
 *
 *     STOWAGE_TEST_STORE='{…}' node test/storage/large/run.ts [--gibibytes 10]
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { type Answer, Connection, type RequestOptions } from '../../../bench/load/connection.ts';
import { Checks } from '../../crash/checks.ts';
import { withParameter } from '../../crash/registry-client.ts';
import { type ServerProcess, startServer } from '../../support/server-process.ts';
import { freshTestStore } from '../../support/test-store.ts';
import { LargeContent } from './large-content.ts';

const MiB = 1024 ** 2;
const GiB = 1024 ** 3;
const REPOSITORY = 'large/blobs';
const OTHER_REPOSITORY = 'large/mounted';
const BINARY = { 'Content-Type': 'application/octet-stream' };
/** Of the server, at any time, however large the blob. */
const MOST_MEMORY = 400 * MiB;

/** So that no copy here is one whole object. Of no effect with stores that know nothing of it. */
const COPIED_IN_PARTS = { STOWAGE_STORAGE_S3_COPY_THRESHOLD: '256MiB' };

const { values } = parseArgs({ options: { gibibytes: { type: 'string', default: '10' } } });
const size = Math.floor(Number(values.gibibytes) * GiB) + 4_321;
if (!(size > GiB / 8)) throw new Error('--gibibytes takes a number from 1/8 on');
const settings = freshTestStore();
if (settings === null) throw new Error('STOWAGE_TEST_STORE has to hold the settings of a store, as JSON');

const checks = new Checks();
const server = await startServer({ ...settings, ...COPIED_IN_PARTS });
try {
  await pushAndPull(server, new LargeContent(size));
} catch (error) {
  checks.expect('every request is answered as it should be', false, () => `${error}`);
} finally {
  await server.stop();
}
process.exitCode = checks.report() ? 0 : 1;

async function pushAndPull({ url, pid }: ServerProcess, content: LargeContent): Promise<void> {
  const begun = await ask(url, 202, 'POST', `/v2/${REPOSITORY}/blobs/uploads/`);
  let location = locationOf(begun);
  const middle = Math.floor((size * 0.6) / MiB) * MiB;
  for (const [start, end] of [
    [0, middle],
    [middle, size],
  ] as const) {
    const headers = { ...BINARY, 'Content-Length': end - start, 'Content-Range': `${start}-${end - 1}` };
    const body = content.blocks(start, end);
    location = await timed(`sent ${gibibytes(end - start)}`, end - start, async () =>
      locationOf(await ask(url, 202, 'PATCH', location, { headers, body })),
    );
  }
  const digest = content.digest();
  // The upload did not know its digest, so that this copies it inside the store.
  await timed(`finished ${gibibytes(size)}`, size, () =>
    ask(url, 201, 'PUT', withParameter(location, 'digest', digest), { body: new Uint8Array() }),
  );
  await expectContent(url, REPOSITORY, digest);
  const mount = `/v2/${OTHER_REPOSITORY}/blobs/uploads/?mount=${digest}&from=${REPOSITORY}`;
  await timed(`mounted ${gibibytes(size)}`, size, () => ask(url, 201, 'POST', mount));
  await expectRange(url, digest, content);
  const peak = Number(/^VmHWM:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
  const memory = `${Math.round(peak / MiB)} MiB`;
  console.log(`the server had ${memory} at most`);
  checks.expect('the memory of the server is bounded', peak < MOST_MEMORY, () => memory);
}

async function expectContent(url: string, repository: string, digest: string): Promise<void> {
  const hash = createHash('sha256');
  const sink = (piece: Buffer): void => void hash.update(piece);
  const { bytes } = await timed(`read ${gibibytes(size)}`, size, () =>
    ask(url, 200, 'GET', `/v2/${repository}/blobs/${digest}`, { sink }),
  );
  const found = `sha256:${hash.digest('hex')}`;
  const rule = 'a blob of gigabytes is served byte for byte';
  checks.expect(rule, found === digest && bytes === size, () => `${found}, ${bytes} bytes`);
}

/** A range far behind what 32 bits can count. */
async function expectRange(url: string, digest: string, content: LargeContent): Promise<void> {
  const start = Math.floor((size - 3 * MiB) / MiB) * MiB;
  const headers = { Range: `bytes=${start}-${start + MiB - 1}` };
  const { body } = await ask(url, 206, 'GET', `/v2/${OTHER_REPOSITORY}/blobs/${digest}`, { headers });
  const [expected] = content.blocks(start, start + MiB);
  const isRight = expected !== undefined && body.equals(expected);
  checks.expect('a blob that was mounted is served from where a client asks', isRight, () => `${body.length} bytes`);
}

/** Each on a connection of its own, as a large body ends the one it came on. */
async function ask(
  url: string,
  status: number,
  method: string,
  path: string,
  options: RequestOptions = {},
): Promise<Answer> {
  const connection = new Connection(url);
  try {
    const needsLength = method === 'POST' && options.body === undefined;
    const answer = await connection.request(method, path, needsLength ? { body: new Uint8Array() } : options);
    const rule = 'every request is answered as it should be';
    const isExpected = answer.status === status;
    checks.expect(rule, isExpected, () => `${method} ${path}: ${answer.status} ${answer.body}`);
    return answer;
  } finally {
    connection.close();
  }
}

async function timed<T>(what: string, bytes: number, work: () => Promise<T>): Promise<T> {
  const begin = performance.now();
  const result = await work();
  const seconds = (performance.now() - begin) / 1000;
  console.log(`${what} in ${seconds.toFixed(1)} s, ${(bytes / MiB / seconds).toFixed(0)} MiB/s`);
  return result;
}

function gibibytes(bytes: number): string {
  return `${(bytes / GiB).toFixed(1)} GiB`;
}

function locationOf({ headers }: Answer): string {
  const location = headers.get('location');
  if (location === undefined) throw new Error('the answer has no Location');
  const { pathname, search } = new URL(location, 'http://127.0.0.1');
  return pathname + search;
}
