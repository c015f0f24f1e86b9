import { digestOf, digestOfStream } from './digest.ts';
import type { Descriptor, Manifest } from './oci-layout.ts';

/** A registry that runs for the checks. */
export interface RunningRegistry {
  /** `address:port`, as clients name it. */
  readonly host: string;
  stop(): Promise<void>;
}

/** A manifest as a registry gave it. */
export interface StoredManifest {
  readonly digest: string;
  readonly mediaType: string;
  readonly manifest: Manifest;
}

const ACCEPT = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
].join(', ');

/** Reads a registry over its API, without any client, and hashes what it gets. */
export class RegistryReader {
  readonly url: string;

  constructor(host: string) {
    this.url = `http://${host}`;
  }

  /** Every repository of the catalog, page by page. */
  async repositories(): Promise<string[]> {
    const names: string[] = [];
    for await (const page of this.#pages<{ repositories: string[] }>('/v2/_catalog?n=20')) {
      names.push(...page.repositories);
    }
    return names;
  }

  /** Every tag of a repository; none where the registry does not know the repository. */
  async tags(repository: string): Promise<string[]> {
    const response = await fetch(`${this.url}/v2/${repository}/tags/list`);
    if (response.status === 404) return [];
    const { tags } = (await expectOk(response).then((ok) => ok.json())) as { tags: string[] | null };
    return tags ?? [];
  }

  /**
   * @throws Error when the answer is not 200, or the header and the bytes have different digests
   */
  async manifest(repository: string, reference: string): Promise<StoredManifest> {
    const response = await fetch(`${this.url}/v2/${repository}/manifests/${reference}`, {
      headers: { accept: ACCEPT },
    });
    const bytes = Buffer.from(await (await expectOk(response)).arrayBuffer());
    const digest = digestOf(bytes);
    const stated = response.headers.get('docker-content-digest');
    if (stated !== digest) throw new Error(`${repository}:${reference} is ${digest}, but is said to be ${stated}`);
    const mediaType = response.headers.get('content-type') ?? '';
    return { digest, mediaType, manifest: JSON.parse(bytes.toString()) as Manifest };
  }

  /** The status of a HEAD for a manifest, by tag or digest. */
  async manifestStatus(repository: string, reference: string): Promise<number> {
    const url = `${this.url}/v2/${repository}/manifests/${reference}`;
    return (await fetch(url, { method: 'HEAD', headers: { accept: ACCEPT } })).status;
  }

  /** The digest of a blob's bytes. */
  async blobDigest(repository: string, digest: string): Promise<string> {
    const response = await expectOk(await fetch(`${this.url}/v2/${repository}/blobs/${digest}`));
    if (response.body === null) throw new Error(`${digest} has no body`);
    return digestOfStream(response.body);
  }

  /** The size of a blob by HEAD, in bytes. */
  async blobSize(repository: string, digest: string): Promise<number> {
    const url = `${this.url}/v2/${repository}/blobs/${digest}`;
    const response = await expectOk(await fetch(url, { method: 'HEAD' }));
    return Number(response.headers.get('content-length'));
  }

  /** What refers to a manifest; none where the registry has no referrers API. */
  async referrers(repository: string, digest: string): Promise<readonly Descriptor[]> {
    const response = await fetch(`${this.url}/v2/${repository}/referrers/${digest}`);
    if (response.status === 404) return [];
    return ((await (await expectOk(response)).json()) as Manifest).manifests ?? [];
  }

  async *#pages<T>(path: string): AsyncGenerator<T> {
    let next: string | undefined = path;
    while (next !== undefined) {
      const response: Response = await expectOk(await fetch(new URL(next, this.url)));
      yield (await response.json()) as T;
      next = /<([^>]+)>;\s*rel="?next"?/.exec(response.headers.get('link') ?? '')?.[1];
    }
  }
}

async function expectOk(response: Response): Promise<Response> {
  if (response.ok) return response;
  throw new Error(`${response.url} answers ${response.status}: ${await response.text()}`);
}
