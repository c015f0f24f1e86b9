import { CANONICAL_ALGORITHM, type Digest } from '#libs/oci';

/**
 * The layout of the storage, the one of Distribution 2.x and 3.x, so that either serves what the other wrote:
 *
 *     /docker/registry/v2/
 *       blobs/<algorithm>/<first two>/<encoded>/data              bytes of layers, configs, manifests, indexes
 *       repositories/<name>/
 *         _layers/<algorithm>/<encoded>/link                      digest of the blob
 *         _manifests/revisions/<algorithm>/<encoded>/link         digest of the manifest's blob
 *           signatures/<algorithm>/<encoded>/link                 of schema 1: digest of a signature's blob
 *         _manifests/tags/<tag>/current/link                      digest of the manifest that the tag points to
 *         _manifests/tags/<tag>/index/<algorithm>/<encoded>/link  one for each manifest it ever pointed to
 *         _uploads/<id>/data, startedat, hashstates/<algorithm>/<offset>
 *         _referrers/<algorithm>/<encoded>/<algorithm>-<encoded>  ours: descriptor of a manifest with that subject
 *     /docker/registry/stowage/                                   ours: what belongs to no repository
 *       auth/keys/signing                                       private keys that tokens are signed with
 *       auth/refresh/<day>/<sha256 of the token>                who a refresh token is good for, by the day of its end
 *       auth/api-keys/<id>                                      what an API key may do, and its sha256
 *       auth/login/cookie-key                                     key for the cookies of logins that are under way
 *       auth/login-keys/<day>/<sha256 of the password>            whose password it is, by the day of its end
 *       tag-changes/<name>/_change                                several tags that change together
 *       migration/                                                what was migrated of an early root
 *       locks/<sha256 of the key>                                 of processes; no durable state
 *       changes-<counters>                                        counters that they share; no durable state
 *
 * A blob lies under its sha256, whatever digest it was pushed with; a link under another algorithm is an alias that
 * names the sha256; those of tarsums lie under `tarsum/<version>/<hash>/<encoded>`, as with Distribution 2.0. A link
 * holds the text of a digest without a line feed.
 */
const ROOT = '/docker/registry/v2';
const OWN_ROOT = '/docker/registry/stowage';
/** Whoever can read what lies here can make up logins. */
const SECRETS = `${OWN_ROOT}/auth`;

/** Below these a repository keeps its manifests and its links to blobs. */
export const MANIFESTS_DIRECTORY = '_manifests';
export const LAYERS_DIRECTORY = '_layers';
export const UPLOADS_DIRECTORY = '_uploads';

const repository = (name: string) => `${ROOT}/repositories/${name}`;
const addressed = ({ algorithm, encoded, tarSum }: Digest) =>
  tarSum ? `tarsum/${tarSum.version}/${tarSum.hash}/${encoded}` : `${algorithm}/${encoded}`;
const manifests = (name: string) => `${repository(name)}/${MANIFESTS_DIRECTORY}`;
const uploads = (name: string) => `${repository(name)}/${UPLOADS_DIRECTORY}`;
const upload = (name: string, id: string) => `${uploads(name)}/${id}`;

/** The only place that knows where something lies. */
export const pathOf = {
  repositories: () => `${ROOT}/repositories`,
  repository,
  blob: ({ algorithm, encoded }: Digest) => `${ROOT}/blobs/${algorithm}/${encoded.slice(0, 2)}/${encoded}/data`,
  layerLink: (name: string, digest: Digest) => `${repository(name)}/${LAYERS_DIRECTORY}/${addressed(digest)}/link`,
  revision: (name: string, digest: Digest) => `${manifests(name)}/revisions/${addressed(digest)}`,
  revisionLink: (name: string, digest: Digest) => `${manifests(name)}/revisions/${addressed(digest)}/link`,
  signatures: (name: string, manifest: Digest) => `${manifests(name)}/revisions/${addressed(manifest)}/signatures`,
  signatureLink: (name: string, manifest: Digest, signature: Digest) =>
    `${manifests(name)}/revisions/${addressed(manifest)}/signatures/${addressed(signature)}/link`,
  tags: (name: string) => `${manifests(name)}/tags`,
  tag: (name: string, tag: string) => `${manifests(name)}/tags/${tag}`,
  tagLink: (name: string, tag: string) => `${manifests(name)}/tags/${tag}/current/link`,
  tagIndexLink: (name: string, tag: string, digest: Digest) =>
    `${manifests(name)}/tags/${tag}/index/${addressed(digest)}/link`,
  uploads,
  upload,
  uploadData: (name: string, id: string) => `${upload(name, id)}/data`,
  uploadStartedAt: (name: string, id: string) => `${upload(name, id)}/startedat`,
  uploadHashes: (name: string, id: string) => `${upload(name, id)}/hashstates`,
  uploadHashState: (name: string, id: string, algorithm: string, offset: number) =>
    `${upload(name, id)}/hashstates/${algorithm}/${offset}`,
  referrers: (name: string, subject: Digest) => `${repository(name)}/_referrers/${addressed(subject)}`,
  referrer: (name: string, subject: Digest, referrer: Digest) =>
    `${repository(name)}/_referrers/${addressed(subject)}/${referrer.algorithm}-${referrer.encoded}`,
  secrets: () => SECRETS,
  signingKeys: () => `${SECRETS}/keys/signing`,
  refreshTokens: () => `${SECRETS}/refresh`,
  apiKeys: () => `${SECRETS}/api-keys`,
  apiKey: (id: string) => `${SECRETS}/api-keys/${id}`,
  loginCookieKey: () => `${SECRETS}/login/cookie-key`,
  loginKeys: () => `${SECRETS}/login-keys`,
  tagChanges: () => `${OWN_ROOT}/tag-changes`,
  tagChange: (name: string) => `${OWN_ROOT}/tag-changes/${name}/_change`,
  locks: () => `${OWN_ROOT}/locks`,
  changeCounters: (counters: number) => `${OWN_ROOT}/changes-${counters}`,
} as const;

/** Whether a directory below `repositories` belongs to a repository's inside rather than to the name of one. */
export function isReservedDirectory(name: string): boolean {
  return name.startsWith('_');
}

/**
 * Whether a directory inside a repository shows that something was pushed there. Uploads do not: their directory stays
 * when they are over.
 */
export function holdsContent(name: string): boolean {
  return isReservedDirectory(name) && name !== UPLOADS_DIRECTORY;
}

/** Whether the file at `path` is content under its digest: it may come and go, but never change. */
export function isContent(path: string): boolean {
  return path.startsWith(`${ROOT}/blobs/`) && path.endsWith('/data');
}

/** The part of a repository that `path` lies in, such as `…/library/ubuntu/_manifests`; null when it lies in none. */
export function areaOf(path: string): string | null {
  const start = path.indexOf('/_');
  if (start === -1) return null;
  const end = path.indexOf('/', start + 1);
  return end === -1 ? path : path.slice(0, end);
}

/** Whether the blob of this digest lies under the digest itself. */
export function isCanonical(digest: Digest): boolean {
  return digest.algorithm === CANONICAL_ALGORITHM;
}
