import { readFile } from 'node:fs/promises';
import { S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { createAgents } from './connecting-agents.js';
import { addPayloadHash } from './payload-hash.js';
import type { S3StoreOptions } from './s3-store-options.js';

const silent = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

export async function createS3Client(options: S3StoreOptions): Promise<S3Client> {
  const { region, endpoint, pathStyle, accessKey, secretKey, sessionToken, maxAttempts, requestTimeout } = options;
  const ca = options.caFile === undefined ? undefined : await readFile(options.caFile);
  const client = new S3Client({
    region,
    ...(endpoint !== undefined && { endpoint }),
    ...(accessKey !== undefined &&
      secretKey !== undefined && {
        credentials: {
          accessKeyId: accessKey,
          secretAccessKey: secretKey,
          ...(sessionToken !== undefined && { sessionToken }),
        },
      }),
    forcePathStyle: pathStyle,
    maxAttempts,
    // Full jitter, and a budget of retries that all requests share. The adaptive mode would hold back all requests when
    // one prefix is throttled; that a store is down as a whole is for the circuit breaker to find.
    retryMode: 'standard',
    requestChecksumCalculation: options.checksums === 'when-supported' ? 'WHEN_SUPPORTED' : 'WHEN_REQUIRED',
    // A stream that the SDK checks hides a broken connection, and content can be checked by its digest.
    responseChecksumValidation: 'WHEN_REQUIRED',
    // It costs a round trip, and the SDK opens a connection of its own for each request that asks for it.
    expectContinueHeader: false,
    requestHandler: new NodeHttpHandler({
      ...createAgents({ connections: options.connections, connectTimeout: options.connectTimeout, ...(ca && { ca }) }),
      socketTimeout: requestTimeout,
      logger: silent,
    }),
    logger: silent,
    // What leads from a request to its answer is put together once for each operation, not for each request.
    cacheMiddleware: true,
  });
  // It goes through all parameters of a request to find what must not be logged, whether anything is logged or not.
  client.middlewareStack.remove('loggerMiddleware');
  addPayloadHash(client, options.checksums);
  return client;
}
