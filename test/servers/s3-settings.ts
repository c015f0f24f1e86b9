import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import type { Daemon } from './daemon.ts';
import type { TestServer } from './test-server.ts';

/** How an S3 service is reached. */
export interface S3Access {
  readonly endpoint: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

export interface S3Service {
  start(): Promise<Daemon>;
  /** Removes what the service leaves behind. */
  cleanUp?(): Promise<void>;
}

const BUCKET = 'registry';
const REGION = 'us-east-1';

/** Starts a service, and creates the bucket of the tests. */
export async function s3TestServer(name: string, access: S3Access, service: S3Service): Promise<TestServer> {
  let daemon: Daemon | undefined;
  const stop = async () => {
    await daemon?.stop();
    await service.cleanUp?.();
  };
  try {
    daemon = await service.start();
    await createBucket(access);
    return { name, settings: settingsOf(access), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function createBucket({ endpoint, accessKey, secretKey }: S3Access): Promise<void> {
  const client = new S3Client({
    endpoint,
    region: REGION,
    forcePathStyle: true,
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
  });
  await client.send(new CreateBucketCommand({ Bucket: BUCKET })).finally(() => client.destroy());
}

function settingsOf({ endpoint, accessKey, secretKey }: S3Access): Record<string, string> {
  return {
    STOWAGE_STORAGE_DRIVER: 's3',
    STOWAGE_STORAGE_S3_BUCKET: BUCKET,
    STOWAGE_STORAGE_S3_REGION: REGION,
    STOWAGE_STORAGE_S3_ENDPOINT: endpoint,
    STOWAGE_STORAGE_S3_PATH_STYLE: 'true',
    STOWAGE_STORAGE_S3_ACCESS_KEY: accessKey,
    STOWAGE_STORAGE_S3_SECRET_KEY: secretKey,
  };
}
