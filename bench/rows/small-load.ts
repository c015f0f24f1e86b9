import { readyClient } from '../load/client-process.ts';
import { HEAD_CLIENT, type SmallRequests } from '../load/clients.ts';
import { ACCEPT_MANIFEST, RegistryClient } from '../load/registry-client.ts';
import { getWithWrk } from '../load/wrk.ts';
import { SMALL_REPOSITORY, smallBlobs, smallImages } from '../stock/small.ts';
import type { Placement } from '../system/cpus.ts';

export interface Target {
  readonly path: string;
  /** Null where the body has no digest. */
  readonly digest: string | null;
  readonly size: number;
}

/** Small requests for some targets in turn. */
export interface SmallLoad {
  readonly method: 'GET' | 'HEAD';
  readonly headers: Record<string, string>;
  readonly targets: readonly Target[];
}

/** The last answers are cut off by the end of the run, so that the bytes are a little less than all. */
const COMPLETE = 0.99;

export const MANIFESTS_BY_TAG = smallImages.map(({ tag, manifest }) => target(`manifests/${tag}`, manifest));
export const MANIFESTS_BY_DIGEST = smallImages.map(({ manifest }) => target(`manifests/${manifest.digest}`, manifest));
export const BLOBS = smallBlobs.map((blob) => target(`blobs/${blob.digest}`, blob));
export const BASE: readonly Target[] = [{ path: '/v2/', digest: null, size: 0 }];

export const MANIFEST_HEADERS = ACCEPT_MANIFEST;

function target(path: string, { digest, body }: { digest: string; body: Buffer }): Target {
  return { path: `/v2/${SMALL_REPOSITORY}/${path}`, digest, size: body.length };
}

/** Sends requests for some seconds. Throws where an answer is no success. */
export async function send(
  url: string,
  { headers, targets, method }: SmallLoad,
  { seconds, connections, placement }: { seconds: number; connections: number; placement: Placement },
): Promise<SmallRequests> {
  const paths = targets.map(({ path }) => path);
  if (method === 'HEAD') {
    const client = await readyClient(HEAD_CLIENT, { url, paths, headers, connections, seconds }, placement);
    return client.run();
  }
  const size = targets.reduce((sum, one) => sum + one.size, 0) / targets.length;
  return getWithWrk({ url, paths, headers, connections, seconds, placement, bodySize: size * COMPLETE });
}

/** Throws where a target is not there, or is not what it should be. */
export async function verify(url: string, { targets, headers, method }: SmallLoad): Promise<void> {
  const client = new RegistryClient(url);
  for (const { path, digest, size } of targets) {
    if (digest === null) await client.expect(200, method, path, { headers });
    else await client.verify(path, digest, headers);
    if (method === 'HEAD') await verifyHead(client, path, headers, size);
  }
  client.close();
}

async function verifyHead(client: RegistryClient, path: string, headers: Record<string, string>, size: number) {
  const answer = await client.expect(200, 'HEAD', path, { headers });
  if (Number(answer.headers.get('content-length')) !== size) throw new Error(`HEAD ${path}: the length is wrong`);
}
