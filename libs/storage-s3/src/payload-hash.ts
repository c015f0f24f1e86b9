import { createHash as createDigest } from 'node:crypto';
import type { S3Client } from '@aws-sdk/client-s3';
import { createHash } from '#libs/hash';
import type { S3StoreOptions } from './s3-store-options.js';

const CONTENT_COMMANDS = new Set(['PutObjectCommand', 'UploadPartCommand']);

/** What the SDK hands from one of its steps to the next; its own types leave open what a request is. */
interface BuildArguments {
  readonly request: {
    readonly protocol: string;
    readonly headers: Record<string, string>;
    readonly body?: unknown;
  };
}

/**
 * Says with each request what its body should be, so that the service refuses what was damaged on the way.
 *
 * - Over TLS, which does so itself, content is not hashed at all: `UNSIGNED-PAYLOAD`.
 * - With a CRC32, which the SDK adds where `checksums` are supported, it need not be hashed either.
 * - Otherwise its SHA-256 is signed, which every service checks. The SDK would compute it in the main thread, and again
 *   for each attempt; here that happens in another thread, once.
 * - `DeleteObjects` has a `Content-MD5`, which AWS once required and older services still do.
 */
export function addPayloadHash(client: S3Client, checksums: S3StoreOptions['checksums']): void {
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        const { request } = args as BuildArguments;
        if (CONTENT_COMMANDS.has(commandName) && request.body instanceof Uint8Array) {
          const isChecked = request.protocol === 'https:' || checksums === 'when-supported';
          request.headers['x-amz-content-sha256'] = isChecked ? 'UNSIGNED-PAYLOAD' : await sha256Of(request.body);
        }
        if (commandName === 'DeleteObjectsCommand' && isBytes(request.body)) {
          request.headers['content-md5'] = createDigest('md5').update(request.body).digest('base64');
        }
        return next(args);
      },
    { step: 'build', name: 'stowagePayloadHash' },
  );
}

async function sha256Of(body: Uint8Array): Promise<string> {
  const hash = createHash('sha256');
  await hash.updateAside(body);
  return hash.digest();
}

function isBytes(body: unknown): body is string | Uint8Array {
  return typeof body === 'string' || body instanceof Uint8Array;
}
