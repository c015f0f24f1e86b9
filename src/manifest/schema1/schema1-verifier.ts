import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Injectable } from '@nestjs/common';
import type { JsonSignature, SignedJson } from '#libs/json-signature';
import { bareMediaType, Digest, OciError, OciErrorList, objectIn, type Reference } from '#libs/oci';
import {
  missingLayers,
  readSchema1,
  type Schema1Manifest,
  Schema1Type,
  signatureErrors,
  takeApart,
} from '#libs/schema1';
import { RegistryConfig } from '../../config/index.js';
import { LayerService } from '../../layer/index.js';

/** A schema 1 manifest that may be stored. */
export interface VerifiedSchema1 {
  readonly digest: Digest;
  /** The document without its signatures: what the digest names. */
  readonly payload: Buffer;
  /** None for a manifest that was pushed unsigned. */
  readonly signatures: readonly JsonSignature[];
}

/** Checks a schema 1 manifest before it is stored. */
@Injectable()
export class Schema1Verifier {
  private authorities: Promise<X509Certificate[]> | undefined;

  constructor(
    private readonly config: RegistryConfig,
    private readonly layers: LayerService,
  ) {}

  /**
   * Throws an `OciErrorList` of everything that is wrong: `MANIFEST_UNVERIFIED` for a signature, `DIGEST_INVALID` where
   * the digest of the payload is not the reference, `NAME_INVALID` and `TAG_INVALID` where the manifest names another
   * repository or tag, `MANIFEST_INVALID` for each rule of the format that it breaks, `MANIFEST_BLOB_UNKNOWN` for each
   * layer that the repository does not have.
   */
  async verify(name: string, reference: Reference, content: Buffer, contentType?: string): Promise<VerifiedSchema1> {
    // From here on only what is signed counts: the document around it may say something else.
    const { payload, signatures } = isUnsigned(content, contentType)
      ? { payload: content, signatures: [] }
      : takeApart(content);
    const algorithm = 'digest' in reference ? reference.digest.algorithm : undefined;
    const digest = Digest.of(payload, algorithm);
    const reading = readSchema1(payload);
    const [first, ...others] = [
      ...(await this.unverified({ payload, signatures })),
      ...('digest' in reference && !digest.equals(reference.digest) ? [mismatch(reference.digest, digest)] : []),
      ...reading.errors,
      ...(reading.manifest ? misplaced(reading.manifest, name, reference) : []),
      ...(await missingLayers(reading.manifest?.fsLayers ?? [], (layer) => this.layers.exists(name, layer))),
    ];
    if (first) throw new OciErrorList([first, ...others]);
    return { digest, payload, signatures };
  }

  private async unverified(signed: SignedJson): Promise<OciError[]> {
    if (signed.signatures.length === 0) return [];
    const path = this.config.schema1.authorities;
    if (path !== undefined) this.authorities ??= readCertificates(path);
    return signatureErrors(signed, await this.authorities);
  }
}

/** A document without signatures is unsigned only where its type says so: otherwise they are missing. */
function isUnsigned(content: Buffer, contentType: string | undefined): boolean {
  if (bareMediaType(contentType) !== Schema1Type.unsigned) return false;
  const document = objectIn(content);
  return document !== undefined && !('signatures' in document);
}

function mismatch(digest: Digest, computed: Digest): OciError {
  return new OciError('DIGEST_INVALID', { digest, computed });
}

function misplaced(manifest: Schema1Manifest, name: string, reference: Reference): OciError[] {
  const errors: OciError[] = [];
  if (manifest.name !== name) errors.push(new OciError('NAME_INVALID', { name: manifest.name, expected: name }));
  if ('tag' in reference && manifest.tag !== reference.tag) {
    errors.push(new OciError('TAG_INVALID', { tag: manifest.tag, expected: reference.tag }));
  }
  return errors;
}

async function readCertificates(path: string): Promise<X509Certificate[]> {
  const bundle = await readFile(path, 'utf8');
  return (bundle.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).map(
    (pem) => new X509Certificate(pem),
  );
}
