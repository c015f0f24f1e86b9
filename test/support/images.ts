import { randomUUID } from 'node:crypto';
import { digestOf, pushBlob, type Registry } from './registry.js';

export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
export const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';
export const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json';

export interface Pushable {
  readonly content: Buffer;
  readonly digest: string;
  readonly mediaType: string;
}

/** A descriptor of content that need not be anywhere. */
export function descriptorOf(content: Buffer, mediaType = 'application/octet-stream') {
  return { mediaType, digest: digestOf(content), size: content.length };
}

export function pushable(document: object, mediaType: string): Pushable {
  const content = Buffer.from(JSON.stringify(document));
  return { content, digest: digestOf(content), mediaType };
}

/** Pushes the blobs of an image that nobody else has, and gives its manifest, which is still to be pushed. */
export async function prepareImage(
  registry: Registry,
  name: string,
  extra: object = {},
  mediaType = OCI_MANIFEST,
): Promise<Pushable> {
  const config = Buffer.from(JSON.stringify({ os: 'linux', architecture: 'amd64', id: randomUUID() }));
  const layer = Buffer.from(randomUUID());
  for (const blob of [config, layer]) await pushBlob(registry, name, blob);
  const manifest = {
    schemaVersion: 2,
    mediaType,
    config: descriptorOf(config, 'application/vnd.oci.image.config.v1+json'),
    layers: [descriptorOf(layer, 'application/vnd.oci.image.layer.v1.tar')],
    ...extra,
  };
  return pushable(manifest, mediaType);
}

/** Sends a manifest; what comes back is for the caller to judge. */
export function putManifest(registry: Registry, name: string, reference: string, manifest: Pushable) {
  return registry
    .client()
    .put(`/v2/${name}/manifests/${reference}`)
    .set('Content-Type', manifest.mediaType)
    .send(manifest.content.toString());
}

/** Pushes an image under a tag. */
export async function pushImage(registry: Registry, name: string, tag: string, extra?: object): Promise<Pushable> {
  const image = await prepareImage(registry, name, extra);
  await putManifest(registry, name, tag, image).expect(201);
  return image;
}
