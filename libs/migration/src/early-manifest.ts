import { type JsonSignature, prettySignature } from '#libs/json-signature';
import { Digest, OciError, OciErrorList } from '#libs/oci';
import { missingLayers, readSchema1, signatureErrors, takeApart } from '#libs/schema1';

/** A manifest of an early registry, taken apart and verified. */
export interface VerifiedManifest {
  /** Of the payload. */
  readonly digest: Digest;
  /** What is signed. */
  readonly payload: Buffer;
  /** Each once. */
  readonly signatures: readonly JsonSignature[];
  /** Whether the document is printed byte for byte from payload and signatures. */
  readonly isReproducible: boolean;
}

/** Whether the repository has a layer. */
export type HasLayer = (digest: Digest) => Promise<boolean>;

/**
 * Verifies a document as a push of it is verified today. Throws an `OciErrorList` of everything that is wrong:
 * `MANIFEST_INVALID`, `MANIFEST_UNVERIFIED`, `DIGEST_INVALID`, `NAME_INVALID`, `TAG_INVALID`, `MANIFEST_BLOB_UNKNOWN`.
 */
export async function verifyEarlyManifest(
  document: Buffer,
  { name, tag }: { readonly name: string; readonly tag: string },
  hasLayer: HasLayer,
): Promise<VerifiedManifest> {
  const { payload, signatures: all } = takeApart(document);
  const signatures = [...new Map(all.map((signature) => [signature.toString(), signature])).values()];
  // From here on only what is signed counts: the document around it may say something else.
  const { manifest, errors } = readSchema1(payload);
  const [first, ...others] = [
    ...signatureErrors({ payload, signatures }),
    ...errors,
    ...(manifest && manifest.name !== name
      ? [new OciError('NAME_INVALID', { name: manifest.name, expected: name }, { message: OTHER_NAME })]
      : []),
    ...(manifest && manifest.tag !== tag ? [new OciError('TAG_INVALID', { tag: manifest.tag, expected: tag })] : []),
    ...(await missingLayers(manifest?.fsLayers ?? [], hasLayer)),
  ];
  if (first) throw new OciErrorList([first, ...others]);
  const isReproducible = prettySignature(payload, signatures).equals(document);
  return { digest: Digest.of(payload), payload, signatures, isReproducible };
}

const OTHER_NAME = 'the manifest is of another repository';
