import type { TestServer } from '../../test/servers/test-server.ts';
import type { Bucket } from '../peers/peer.ts';

/** S3 services that are no emulators. */
const SERVERS = {
  versitygw: async () => (await import('../../test/servers/versitygw.ts')).startVersitygw(),
  'ceph-rgw': async () => (await import('../../test/servers/ceph-rgw.ts')).startCephRgw(),
};

export type S3ServerName = keyof typeof SERVERS;

export const S3_SERVERS = Object.keys(SERVERS) as S3ServerName[];

/** A running S3 service with an empty bucket. */
export interface S3Server {
  readonly bucket: Bucket;
  stop(): Promise<void>;
}

/** Starts a service that keeps what it stores below `folder`. */
export async function startS3Server(name: S3ServerName, folder: string): Promise<S3Server> {
  // What test servers leave behind lies in the folder for temporary files.
  process.env.TMPDIR = folder;
  const server = await SERVERS[name]();
  return { bucket: bucketOf(server), stop: () => server.stop() };
}

function bucketOf({ name, settings }: TestServer): Bucket {
  const setting = (key: string): string => {
    const value = settings[`STOWAGE_STORAGE_S3_${key}`];
    if (value === undefined) throw new Error(`${name} does not say its ${key}`);
    return value;
  };
  return {
    name: setting('BUCKET'),
    region: setting('REGION'),
    endpoint: setting('ENDPOINT'),
    accessKey: setting('ACCESS_KEY'),
    secretKey: setting('SECRET_KEY'),
  };
}
