import type { KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Injectable } from '@nestjs/common';
import { generateKey, importPrivateKey, type JsonSignature, sign } from '#libs/json-signature';
import { RegistryConfig } from '../../config/index.js';

/** The key for manifests that have no signature of their own: the configured one, or one made for this process. */
@Injectable()
export class SigningKey {
  private key: Promise<KeyObject> | undefined;

  constructor(private readonly config: RegistryConfig) {}

  async sign(payload: Buffer): Promise<JsonSignature> {
    this.key ??= this.load();
    return sign(payload, await this.key, { time: new Date() });
  }

  private async load(): Promise<KeyObject> {
    const { signingKey } = this.config.schema1;
    return signingKey === undefined ? generateKey() : importPrivateKey(await readFile(signingKey));
  }
}
