import type { TokenCredential } from '@azure/identity';
import {
  type BlobClient,
  BlobSASPermissions,
  type BlobServiceClient,
  generateBlobSASQueryParameters,
  type UserDelegationKey,
} from '@azure/storage-blob';
import type { AzureAccess, CopySource } from './azure-access.js';

const SCOPE = 'https://storage.azure.com/.default';
/** How long a key that signs is asked for; a week at most. */
const KEY_LIFETIME = 24 * 3_600_000;
/** How far the clock of the service may be behind. */
const CLOCK_SKEW = 15 * 60_000;

/**
 * With an identity of Entra, by a token. Reading the source of a copy takes the same token. URLs are signed with a key
 * that the service makes for this identity: it needs the right to `generateUserDelegationKey` on the account.
 */
export class IdentityAccess implements AzureAccess {
  private key: Promise<UserDelegationKey> | null = null;
  private keyExpiresAt = 0;

  constructor(
    readonly credential: TokenCredential,
    private readonly account: string,
    /** Asked for when the first URL is signed. */
    private readonly service: () => BlobServiceClient,
  ) {}

  async copySource(blob: BlobClient): Promise<CopySource> {
    const token = await this.credential.getToken(SCOPE);
    if (token === null) throw new Error('the identity has no token');
    return { url: blob.url, authorization: { scheme: 'Bearer', value: token.token } };
  }

  async sign(blob: BlobClient, expiresIn: number): Promise<string> {
    const expiresOn = new Date(Date.now() + expiresIn);
    const sas = generateBlobSASQueryParameters(
      {
        containerName: blob.containerName,
        blobName: blob.name,
        permissions: BlobSASPermissions.from({ read: true }),
        expiresOn,
      },
      await this.keyUntil(Number(expiresOn)),
      this.account,
    );
    return `${blob.url}?${sas}`;
  }

  /** A key is asked for once and shared until it would not outlive a URL. */
  private keyUntil(time: number): Promise<UserDelegationKey> {
    if (this.key && time <= this.keyExpiresAt) return this.key;
    const expiresAt = Math.max(Date.now() + KEY_LIFETIME, time);
    const key = this.service().getUserDelegationKey(new Date(Date.now() - CLOCK_SKEW), new Date(expiresAt));
    this.key = key;
    this.keyExpiresAt = expiresAt;
    key.catch(() => {
      if (this.key === key) this.key = null;
    });
    return key;
  }
}
