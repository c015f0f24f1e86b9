import { type Digest, OciError } from '#libs/oci';

/**
 * A layer that is pushed under a version of tarsum that the first registries refused too: v0 depends on times of
 * modification, and dev may change. Layers that have such a name already are served.
 */
export class TarSumVersionUnsupportedError extends Error {
  override readonly name = 'TarSumVersionUnsupportedError';

  constructor(readonly digest: Digest) {
    super(`layers are not pushed under ${digest.algorithm}`);
  }
}

/** Throws `DIGEST_INVALID`, caused by a `TarSumVersionUnsupportedError`. */
export function requirePushable(digest: Digest): void {
  if (!digest.tarSum || digest.tarSum.version === 'v1') return;
  const cause = new TarSumVersionUnsupportedError(digest);
  throw new OciError(
    'DIGEST_INVALID',
    { digest, rule: 'the tarsum must be one of tarsum.v1' },
    { message: cause.message, cause },
  );
}
