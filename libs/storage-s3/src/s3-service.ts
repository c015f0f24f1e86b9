import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { getEndpointFromInstructions } from '@smithy/core/endpoints';
import { SignatureV4 } from '@smithy/signature-v4';

/** Where a bucket is, and whom requests to it are signed for. */
export interface S3Service {
  /** URL of the bucket. */
  readonly url: URL;
  readonly region: string;
}

/** How the SDK would sign a request. */
interface SigningScheme {
  readonly name: string;
  readonly signingName: string;
  readonly signingRegion: string;
}

/** What the SDK says of a bucket; null where it wants requests that a plain signature does not do for, as with S3 Express. */
export async function findService(client: S3Client, bucket: string): Promise<S3Service | null> {
  const input = { Bucket: bucket, Key: 'key' };
  const {
    url,
    properties = {},
    headers = {},
  } = await getEndpointFromInstructions(input, GetObjectCommand, client.config);
  const [scheme] = (properties.authSchemes ?? []) as unknown as SigningScheme[];
  if (scheme?.name !== 'sigv4' || scheme.signingName !== 's3' || Object.keys(headers).length > 0) return null;
  return { url, region: scheme.signingRegion };
}

export function createSigner({ config }: S3Client): SignatureV4 {
  return new SignatureV4({
    service: 's3',
    region: config.region,
    credentials: config.credentials,
    sha256: config.sha256,
    uriEscapePath: false,
  });
}
