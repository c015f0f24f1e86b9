import { Injectable } from '@nestjs/common';
import { JsonSignature, MAX_SIGNATURES } from '#libs/json-signature';
import { Digest } from '#libs/oci';
import {
  contentIfPresent,
  linkFile,
  listIfPresent,
  type NewFile,
  pathOf,
  readLink,
  StorageDriver,
} from '#libs/storage';

/** The signatures of schema 1 manifests, where Distribution 2.0 to 2.4 keep them: each is a blob, linked to its manifest. */
@Injectable()
export class SignatureStore {
  constructor(private readonly storage: StorageDriver) {}

  /** What the signatures of a manifest are stored as, in the order of writing. */
  filesOf(name: string, manifest: Digest, signatures: readonly JsonSignature[]): NewFile[] {
    return signatures.flatMap((signature) => {
      const content = Buffer.from(signature.toString());
      const digest = Digest.of(content);
      return [{ path: pathOf.blob(digest), content }, linkFile(pathOf.signatureLink(name, manifest, digest), digest)];
    });
  }

  /** In the order of their digests; none where the manifest was stored without. */
  async read(name: string, manifest: Digest): Promise<JsonSignature[]> {
    const signatures: JsonSignature[] = [];
    for (const algorithm of await listIfPresent(this.storage, pathOf.signatures(name, manifest))) {
      for (const encoded of await listIfPresent(this.storage, `${pathOf.signatures(name, manifest)}/${algorithm}`)) {
        if (signatures.length === MAX_SIGNATURES) return signatures;
        const link = pathOf.signatureLink(name, manifest, Digest.from(algorithm, encoded));
        const signature = await this.readOne(link);
        if (signature) signatures.push(signature);
      }
    }
    return signatures;
  }

  private async readOne(link: string): Promise<JsonSignature | null> {
    const digest = await readLink(this.storage, link);
    const content = digest && (await contentIfPresent(this.storage, pathOf.blob(digest)));
    return content && JsonSignature.parse(content);
  }
}
