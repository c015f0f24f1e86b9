import type { S3StoreOptions } from './index.js';

/** What a service calls itself in its answers; Ceph does not. */
export async function serviceAt({ endpoint = '' }: S3StoreOptions): Promise<string> {
  const { headers } = await fetch(endpoint);
  return headers.get('server')?.split('/', 1)[0] ?? 'Ceph';
}
