import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { isIndexType, MediaType, type Reference, readManifest } from '#libs/oci';
import { Schema1Type } from '#libs/schema1';
import { ManifestService } from './manifest.service.js';
import { Schema1Converter, Schema1Printer } from './schema1/index.js';
import type { StoredManifest } from './stored-manifest.js';

export interface ChosenManifest {
  readonly manifest: StoredManifest;
  /** Whether the Accept header allows its media type, or there is none. */
  readonly isAccepted: boolean;
}

const IMAGE_TYPES = [MediaType.ociManifest, MediaType.dockerManifest];
const SCHEMA1_TYPES = [Schema1Type.signed, Schema1Type.unsigned];

/** The platform that a client gets which knows images only, as with Distribution. */
const DEFAULT_PLATFORM = { os: 'linux', architecture: 'amd64' };

/**
 * Finds the manifest that fits a client. What is stored is served whatever the client accepts, for that is the content
 * that it asked for. Only a tag may mean something else: for a client that knows images only, an index means its image
 * for linux/amd64; and for one that knows schema 1 only, an image is converted where the configuration allows it.
 */
@Injectable()
export class ManifestNegotiator {
  constructor(
    private readonly manifests: ManifestService,
    private readonly converter: Schema1Converter,
    private readonly printer: Schema1Printer,
  ) {}

  /** Throws `MANIFEST_UNKNOWN`. */
  async choose(name: string, reference: Reference, request: Request): Promise<ChosenManifest> {
    const manifest = await this.manifests.get(name, reference);
    if (accepts(request, [manifest.mediaType])) return { manifest, isAccepted: true };
    const other = await this.alternative(name, reference, manifest, request);
    return { manifest: other ?? manifest, isAccepted: other !== undefined };
  }

  private async alternative(
    name: string,
    reference: Reference,
    manifest: StoredManifest,
    request: Request,
  ): Promise<StoredManifest | undefined> {
    if (manifest.mediaType === Schema1Type.signed) {
      return accepts(request, [Schema1Type.unsigned]) ? this.manifests.getPayload(name, reference) : undefined;
    }
    if (!('tag' in reference)) return undefined;
    const isIndex = isIndexType(manifest.mediaType);
    if (isIndex && accepts(request, IMAGE_TYPES))
      return this.imageOf(name, manifest, (type) => accepts(request, [type]));
    if (!this.converter.isEnabled || !accepts(request, SCHEMA1_TYPES)) return undefined;
    const image = isIndex ? await this.imageOf(name, manifest, () => true) : manifest;
    return image && this.converted(name, reference.tag, image, request);
  }

  private async converted(name: string, tag: string, image: StoredManifest, request: Request): Promise<StoredManifest> {
    const payload = await this.converter.convert(name, tag, image);
    return accepts(request, [Schema1Type.signed]) ? this.printer.printConverted(payload) : payload;
  }

  private async imageOf(
    name: string,
    index: StoredManifest,
    fits: (mediaType: string) => boolean,
  ): Promise<StoredManifest | undefined> {
    const { manifest } = readManifest(index.content, index.mediaType);
    const child = manifest?.manifests.find(
      ({ mediaType, platform }) =>
        fits(mediaType) &&
        platform?.os === DEFAULT_PLATFORM.os &&
        platform.architecture === DEFAULT_PLATFORM.architecture,
    );
    if (!child || !(await this.manifests.exists(name, child))) return undefined;
    return this.manifests.get(name, child);
  }
}

function accepts(request: Request, mediaTypes: string[]): boolean {
  const { accept } = request.headers;
  if (accept === undefined) return true;
  // Most clients name the very type, and no qualities: that needs no reading of the whole header.
  if (!accept.includes('q=') && mediaTypes.some((mediaType) => accept.includes(mediaType))) return true;
  return request.accepts(mediaTypes) !== false;
}
