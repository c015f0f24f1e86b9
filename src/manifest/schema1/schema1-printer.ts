import { Injectable } from '@nestjs/common';
import { prettySignature } from '#libs/json-signature';
import { Schema1Type } from '#libs/schema1';
import type { StoredManifest } from '../stored-manifest.js';
import { SignatureStore } from './signature-store.js';
import { SigningKey } from './signing-key.js';

/** Gives a schema 1 manifest, of which the payload is stored, the form that clients take. */
@Injectable()
export class Schema1Printer {
  constructor(
    private readonly signatures: SignatureStore,
    private readonly key: SigningKey,
  ) {}

  /** Signed: with the signatures that it came with, or else with the key of this registry. */
  async print(name: string, manifest: StoredManifest): Promise<StoredManifest> {
    const kept = await this.signatures.read(name, manifest.digest);
    return this.signed(manifest, kept.length > 0 ? kept : [await this.key.sign(manifest.content)]);
  }

  /** Signed with the key of this registry. */
  async printConverted(manifest: StoredManifest): Promise<StoredManifest> {
    return this.signed(manifest, [await this.key.sign(manifest.content)]);
  }

  private signed(
    { digest, content }: StoredManifest,
    signatures: Parameters<typeof prettySignature>[1],
  ): StoredManifest {
    return { digest, mediaType: Schema1Type.signed, content: prettySignature(content, signatures) };
  }
}
