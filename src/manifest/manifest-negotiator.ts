import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { isIndexType, MediaType, type Reference, readManifest } from '#libs/oci';
import { ManifestService } from './manifest.service.js';
import type { StoredManifest } from './stored-manifest.js';

export interface ChosenManifest {
  readonly manifest: StoredManifest;
  /** Whether the Accept header allows its media type, or there is none. */
  readonly isAccepted: boolean;
}

const IMAGE_TYPES = [MediaType.ociManifest, MediaType.dockerManifest];

/** The platform that a client gets which knows images only, as with Distribution. */
const DEFAULT_PLATFORM = { os: 'linux', architecture: 'amd64' };

/**
 * Finds the manifest that fits a client. What is stored is served whatever the client accepts, for that is the content
 * that it asked for; only a tag that points to an index means, for a client that knows images only, the image for
 * linux/amd64.
 */
@Injectable()
export class ManifestNegotiator {
  constructor(private readonly manifests: ManifestService) {}

  /** Throws `MANIFEST_UNKNOWN`. */
  async choose(name: string, reference: Reference, request: Request): Promise<ChosenManifest> {
    const manifest = await this.manifests.get(name, reference);
    if (accepts(request, [manifest.mediaType])) return { manifest, isAccepted: true };
    const wantsImage = 'tag' in reference && isIndexType(manifest.mediaType) && accepts(request, IMAGE_TYPES);
    const image = wantsImage ? await this.imageOf(name, manifest, request) : undefined;
    return { manifest: image ?? manifest, isAccepted: image !== undefined };
  }

  private async imageOf(name: string, index: StoredManifest, request: Request): Promise<StoredManifest | undefined> {
    const { manifest } = readManifest(index.content, index.mediaType);
    const child = manifest?.manifests.find(
      ({ mediaType, platform }) =>
        accepts(request, [mediaType]) &&
        platform?.os === DEFAULT_PLATFORM.os &&
        platform.architecture === DEFAULT_PLATFORM.architecture,
    );
    if (!child || !(await this.manifests.exists(name, child))) return undefined;
    return this.manifests.get(name, child);
  }
}

function accepts(request: Request, mediaTypes: string[]): boolean {
  return request.headers.accept === undefined || request.accepts(mediaTypes) !== false;
}
