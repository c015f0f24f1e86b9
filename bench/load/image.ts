import { type Content, contentOf, smallContent } from './content.ts';

export const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';

/** An image whose only layer is `layer`. Another `note` makes another manifest of the same blobs. */
export function imageManifest(config: Content, layer: Content, note: string): Content {
  const manifest = {
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: config.digest, size: config.body.length },
    layers: [
      { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: layer.digest, size: layer.body.length },
    ],
    annotations: { 'org.opencontainers.image.description': note },
  };
  return contentOf(Buffer.from(JSON.stringify(manifest, null, 2)));
}

export interface Image {
  readonly config: Content;
  readonly layer: Content;
  readonly manifest: Content;
}

const CONFIG_SIZE = 1024;
const LAYER_SIZE = 16 * 1024;

/** A small image that is the same for the same label. */
export function smallImage(label: string): Image {
  const config = smallContent(`${label}/config`, CONFIG_SIZE);
  const layer = smallContent(`${label}/layer`, LAYER_SIZE);
  return { config, layer, manifest: imageManifest(config, layer, label) };
}
