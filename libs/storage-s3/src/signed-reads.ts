import { Readable } from 'node:stream';
import {
  GetObjectCommand,
  type GetObjectCommandInput,
  type GetObjectCommandOutput,
  HeadObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { HttpRequest, HttpResponse } from '@smithy/core/protocols';
import type { SignatureV4 } from '@smithy/signature-v4';
import { bytesOf } from '#libs/object-storage';
import { type Attempt, startFrom } from './first-attempt.js';
import { requestFor } from './read-request.js';
import { createSigner, findService, type S3Service } from './s3-service.js';

/** An object that was found, as far as its readers look. */
export type FoundObject = Pick<
  GetObjectCommandOutput,
  'Body' | 'ContentLength' | 'ContentRange' | 'ETag' | 'LastModified'
>;

/**
 * Reads objects with the signer and the connections of the SDK, but without its other steps, which cost more than twice as
 * much as reading a small object does. Whatever is not simply the object is handed to the SDK, as what its first attempt came
 * to: it makes the others, and says what went wrong.
 */
export class SignedReads {
  private readonly signer: SignatureV4;
  private service: Promise<S3Service | null> | undefined;

  constructor(private readonly client: S3Client) {
    this.signer = createSigner(client);
  }

  /** Null where no object has the key. Rejects as the SDK does. */
  async get(input: GetObjectCommandInput, signal?: AbortSignal): Promise<FoundObject | null> {
    const attempt = await withReason(await this.attempt('GET', input, signal));
    if (attempt === 'missing') return null;
    if (isAnswer(attempt, 200) || isAnswer(attempt, 206)) return foundIn(attempt.response);
    return this.client.send(startFrom(attempt, new GetObjectCommand(input)), signal ? { abortSignal: signal } : {});
  }

  /** Null where no object has the key, or where there is no bucket. Rejects as the SDK does. */
  async head(input: GetObjectCommandInput): Promise<FoundObject | null> {
    const attempt = await this.attempt('HEAD', input);
    if (isAnswer(attempt, 200) || isAnswer(attempt, 404)) {
      // The connection is of no use to others before the end of the body was seen, which has nothing in it.
      attempt.response.body.resume();
      return attempt.response.statusCode === 200 ? foundIn(attempt.response) : null;
    }
    return this.client.send(startFrom(attempt, new HeadObjectCommand(input)), {});
  }

  private async attempt(method: 'GET' | 'HEAD', input: GetObjectCommandInput, signal?: AbortSignal): Promise<Attempt> {
    const service = await this.findService(input.Bucket ?? '');
    if (!service) return null;
    const { config } = this.client;
    try {
      const request = await this.signer.sign(requestFor(method, service.url, input), {
        signingDate: new Date(Date.now() + config.systemClockOffset),
        signingRegion: service.region,
      });
      const options = signal ? { abortSignal: signal } : {};
      return await config.requestHandler.handle(new HttpRequest(request), options);
    } catch (error) {
      return { error };
    }
  }

  /** Null as well where that cannot be found out, which the SDK will explain. */
  private findService(bucket: string): Promise<S3Service | null> {
    this.service ??= findService(this.client, bucket).catch(() => {
      this.service = undefined;
      return null;
    });
    return this.service;
  }
}

function isAnswer(attempt: Attempt, status: number): attempt is { response: HttpResponse } {
  return attempt !== null && 'response' in attempt && attempt.response.statusCode === status;
}

/** Finds out whether it is the object that is missing, or the bucket. */
async function withReason(attempt: Attempt): Promise<Attempt | 'missing'> {
  if (!isAnswer(attempt, 404)) return attempt;
  try {
    const reason = await bytesOf(attempt.response.body);
    if (reason.includes('<Code>NoSuchKey</Code>')) return 'missing';
    return { response: new HttpResponse({ ...attempt.response, body: Readable.from([reason]) }) };
  } catch (error) {
    return { error };
  }
}

function foundIn({ headers, body }: HttpResponse): FoundObject {
  const { 'content-length': length, 'content-range': range, etag, 'last-modified': modified } = headers;
  return {
    Body: body,
    ContentLength: length === undefined ? undefined : Number(length),
    ContentRange: range,
    ETag: etag,
    LastModified: modified === undefined ? undefined : new Date(modified),
  };
}
