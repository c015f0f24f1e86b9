import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { Injectable } from '@nestjs/common';
import { Digest, OciError, readManifest } from '#libs/oci';
import {
  convertToSchema1,
  EMPTY_LAYER,
  EMPTY_LAYER_DIGEST,
  printSchema1,
  Schema1Type,
  UnconvertibleImageError,
} from '#libs/schema1';
import { RegistryConfig } from '../../config/index.js';
import { LayerService } from '../../layer/index.js';
import type { StoredManifest } from '../stored-manifest.js';

/** Converts images for clients that know schema 1 only, where the configuration allows it. */
@Injectable()
export class Schema1Converter {
  constructor(
    private readonly config: RegistryConfig,
    private readonly layers: LayerService,
  ) {}

  get isEnabled(): boolean {
    return this.config.schema1.convert;
  }

  /** The payload of the converted manifest. Throws `MANIFEST_INVALID` where the image has no form in schema 1. */
  async convert(name: string, tag: string, image: StoredManifest): Promise<StoredManifest> {
    const [config, ...layers] = (readManifest(image.content, image.mediaType).manifest?.blobs ?? []).map(
      ({ digest }) => digest,
    );
    try {
      if (!config) throw new UnconvertibleImageError('it is not an image');
      const manifest = convertToSchema1({ name, tag, config: await this.read(name, config), layers });
      if (manifest.fsLayers.some((digest) => digest.equals(EMPTY_LAYER_DIGEST))) await this.addEmptyLayer(name);
      const content = printSchema1(manifest);
      return { digest: Digest.of(content), mediaType: Schema1Type.unsigned, content };
    } catch (error) {
      if (!(error instanceof UnconvertibleImageError)) throw error;
      throw new OciError('MANIFEST_INVALID', { rule: error.reason }, { cause: error, message: error.message });
    }
  }

  private async read(name: string, digest: Digest): Promise<Buffer> {
    const layer = await this.layers.fetch(name, digest);
    if (layer.size > this.config.manifest.maxSize) throw new UnconvertibleImageError('its configuration is too large');
    return buffer(await layer.reader());
  }

  private async addEmptyLayer(name: string): Promise<void> {
    if (await this.layers.exists(name, EMPTY_LAYER_DIGEST)) return;
    await this.layers.put(name, Readable.from([EMPTY_LAYER]), { digest: EMPTY_LAYER_DIGEST });
  }
}
