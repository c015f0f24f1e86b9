import { createHash } from 'node:crypto';
import type { GetObjectCommandInput } from '@aws-sdk/client-s3';
import { extendedEncodeURIComponent, HttpRequest } from '@smithy/core/protocols';

const HASH_OF_NOTHING = createHash('sha256').digest('hex');

/** An unsigned request for an object in the bucket that is at a URL. */
export function requestFor(method: 'GET' | 'HEAD', bucket: URL, input: GetObjectCommandInput): HttpRequest {
  const { protocol, hostname, port, host, pathname } = bucket;
  const key = (input.Key ?? '').split('/').map(extendedEncodeURIComponent).join('/');
  return new HttpRequest({
    method,
    protocol,
    hostname,
    ...(port !== '' && { port: Number(port) }),
    path: `${pathname.endsWith('/') ? pathname : `${pathname}/`}${key}`,
    headers: {
      host,
      'user-agent': 'stowage',
      'x-amz-content-sha256': HASH_OF_NOTHING,
      ...(input.Range !== undefined && { range: input.Range }),
      ...customerKey(input),
    },
  });
}

function customerKey({ SSECustomerAlgorithm, SSECustomerKey }: GetObjectCommandInput) {
  if (SSECustomerAlgorithm === undefined || SSECustomerKey === undefined) return {};
  return {
    'x-amz-server-side-encryption-customer-algorithm': SSECustomerAlgorithm,
    'x-amz-server-side-encryption-customer-key': SSECustomerKey,
    'x-amz-server-side-encryption-customer-key-md5': createHash('md5')
      .update(SSECustomerKey, 'base64')
      .digest('base64'),
  };
}
