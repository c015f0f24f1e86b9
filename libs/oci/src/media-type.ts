/** The media types of manifests that the registry takes. */
export const MediaType = {
  ociManifest: 'application/vnd.oci.image.manifest.v1+json',
  ociIndex: 'application/vnd.oci.image.index.v1+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerManifestList: 'application/vnd.docker.distribution.manifest.list.v2+json',
} as const;

export type ManifestMediaType = (typeof MediaType)[keyof typeof MediaType];

const MANIFEST_TYPES: ReadonlySet<string> = new Set(Object.values(MediaType));
const INDEX_TYPES: ReadonlySet<string> = new Set([MediaType.ociIndex, MediaType.dockerManifestList]);
const DOCKER_TYPES: ReadonlySet<string> = new Set([MediaType.dockerManifest, MediaType.dockerManifestList]);

/**
 * Layers that may not be distributed: the manifest names where to get them, the registry need not have them. However
 * they are packed: clients tell them by these beginnings, and never push what has one.
 */
const NON_DISTRIBUTABLE = /^application\/vnd\.(?:oci\.image\.layer\.nondistributable|docker\.image\.rootfs\.foreign)\./;

/** RFC 6838, section 4.2, and parameters, which some builders add. */
const GRAMMAR = /^[a-z\d][\w!#$&^.+-]{0,126}\/[a-z\d][\w!#$&^.+-]{0,126}(?: *;[ -~]*)?$/i;

export function isManifestType(mediaType: string): mediaType is ManifestMediaType {
  return MANIFEST_TYPES.has(mediaType);
}

/** Whether it is a list of manifests, rather than an image. */
export function isIndexType(mediaType: string): boolean {
  return INDEX_TYPES.has(mediaType);
}

/** Whether the media type must also stand in the manifest itself. */
export function isDockerType(mediaType: string): boolean {
  return DOCKER_TYPES.has(mediaType);
}

export function isNonDistributable(mediaType: string): boolean {
  return NON_DISTRIBUTABLE.test(mediaType);
}

/** The media type of a Content-Type header, without parameters and in lower case; undefined when there is none. */
export function bareMediaType(contentType: string | undefined): string | undefined {
  const bare = contentType?.split(';', 1)[0]?.trim().toLowerCase();
  return bare === '' ? undefined : bare;
}

export function isMediaType(text: string): boolean {
  return GRAMMAR.test(text);
}
