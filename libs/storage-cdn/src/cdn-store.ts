import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { getSignedUrl } from '@aws-sdk/cloudfront-signer';
import { ForwardingObjectStore, type ObjectStore, type SignOptions } from '#libs/object-storage';

export interface CdnOptions {
  /** URL under which the network has each object of the store at its key, without a slash at its end. */
  readonly url: string;
  /** Id of the public key that the network checks signatures with. */
  readonly keyPairId: string;
  /** File of the private key, PEM. */
  readonly privateKeyFile: string;
}

/**
 * A store whose signed URLs lead to a content delivery network in front of it, which checks signatures as CloudFront does.
 * Rejects when the file holds no private key.
 */
export async function openCdn(store: ObjectStore, options: CdnOptions): Promise<ObjectStore> {
  const privateKey = await readFile(options.privateKeyFile, 'utf8');
  requirePrivateKey(privateKey, options.privateKeyFile);
  return new CdnStore(store, options, privateKey);
}

class CdnStore extends ForwardingObjectStore {
  constructor(
    inner: ObjectStore,
    private readonly options: CdnOptions,
    private readonly privateKey: string,
  ) {
    super(inner);
  }

  override async sign(key: string, { expiresIn }: SignOptions): Promise<string> {
    const { url, keyPairId } = this.options;
    return getSignedUrl({
      // Keys have only characters that a URL has, too.
      url: `${url}/${key}`,
      keyPairId,
      privateKey: this.privateKey,
      dateLessThan: new Date(Date.now() + expiresIn),
    });
  }
}

/** Said when the store is opened, and not to each client later; the error of `node:crypto` does not name the file. */
function requirePrivateKey(pem: string, file: string): void {
  try {
    createPrivateKey(pem);
  } catch (error) {
    throw new Error(`${file} holds no private key in PEM that is not encrypted`, { cause: error });
  }
}
