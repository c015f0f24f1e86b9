import type { X509Certificate } from 'node:crypto';
import {
  InvalidJsonError,
  parseSignedJson,
  type SignedJson,
  SignedJsonError,
  verify,
  verifyChains,
} from '#libs/json-signature';
import { type Digest, OciError, OciErrorList } from '#libs/oci';

/**
 * Takes a signed manifest apart. From then on only the payload counts: the document around it may say something else.
 * Throws an `OciErrorList` of `MANIFEST_INVALID` where it is no JSON object, or else of `MANIFEST_UNVERIFIED`.
 */
export function takeApart(document: Buffer): SignedJson {
  try {
    return parseSignedJson(document);
  } catch (error) {
    if (!(error instanceof SignedJsonError)) throw error;
    const code = error instanceof InvalidJsonError ? 'MANIFEST_INVALID' : 'MANIFEST_UNVERIFIED';
    throw new OciErrorList([new OciError(code, { rule: error.message }, { cause: error })]);
  }
}

/**
 * `MANIFEST_UNVERIFIED` where a signature is not one of the payload, or where there are `authorities` and none of them
 * vouches now for whom a key belongs to.
 */
export function signatureErrors(signed: SignedJson, authorities?: readonly X509Certificate[]): OciError[] {
  try {
    if (!authorities) verify(signed);
    else if (verifyChains(signed, authorities, new Date()).length === 0) return [unverified(UNVOUCHED)];
    return [];
  } catch (error) {
    if (!(error instanceof SignedJsonError)) throw error;
    return [unverified(error.message, error)];
  }
}

function unverified(rule: string, cause?: SignedJsonError): OciError {
  return new OciError('MANIFEST_UNVERIFIED', { rule }, cause && { cause });
}

const UNVOUCHED = 'a configured authority must vouch for the key';

/** `MANIFEST_BLOB_UNKNOWN` for each layer that is not there, once. */
export async function missingLayers(
  layers: readonly Digest[],
  hasLayer: (digest: Digest) => Promise<boolean>,
): Promise<OciError[]> {
  const errors: OciError[] = [];
  for (const digest of new Map(layers.map((layer) => [layer.toString(), layer])).values()) {
    if (!(await hasLayer(digest))) errors.push(new OciError('MANIFEST_BLOB_UNKNOWN', { digest }));
  }
  return errors;
}
