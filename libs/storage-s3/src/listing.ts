import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import type { ListRequest, ObjectPage } from '#libs/object-storage';
import type { S3Bucket } from './s3-bucket.js';
import { answerTo } from './s3-error.js';

/** Sorts behind every character that a key may have. */
const BEHIND_ALL = '~';

/** Begins a `continuation` of ours; those of a service are passed on behind the other. */
const FROM_KEY = 'key:';
const FROM_TOKEN = 'token:';

export async function listObjects(bucket: S3Bucket, request: ListRequest): Promise<ObjectPage> {
  const joined = joinedPrefixAround(request);
  if (joined === null) return requestPage(bucket, request);
  return pageWithin(bucket, request, joined);
}

/** The joined prefix that a listing begins inside of, such as `a/` after `a/b`; null where it begins elsewhere. */
function joinedPrefixAround({ prefix, delimited, startAfter, continuation }: ListRequest): string | null {
  if (!delimited || continuation !== undefined || !startAfter?.startsWith(prefix)) return null;
  const slash = startAfter.indexOf('/', prefix.length);
  if (slash === -1 || startAfter.slice(slash + 1) >= BEHIND_ALL) return null;
  return startAfter.slice(0, slash + 1);
}

/**
 * A page that begins inside of a joined prefix. Some services (Ceph) then pass over the prefix, whatever else is below
 * it, others do not; so what is left of it is asked for by itself.
 */
async function pageWithin(bucket: S3Bucket, request: ListRequest, joined: string): Promise<ObjectPage> {
  const behind = `${joined}${BEHIND_ALL}`;
  const rest = await requestPage(bucket, { ...request, prefix: joined, delimited: false, limit: 1 });
  if (rest.objects.length === 0) return requestPage(bucket, { ...request, startAfter: behind });
  if (request.limit === 1) return { objects: [], prefixes: [joined], next: `${FROM_KEY}${behind}` };
  const page = await requestPage(bucket, { ...request, startAfter: behind, limit: request.limit - 1 });
  return { ...page, prefixes: [joined, ...page.prefixes] };
}

async function requestPage({ client, options }: S3Bucket, request: ListRequest): Promise<ObjectPage> {
  const { prefix, delimited, limit } = request;
  const command = new ListObjectsV2Command({
    Bucket: options.bucket,
    Prefix: prefix,
    MaxKeys: limit,
    ...(delimited && { Delimiter: '/' }),
    ...placeOf(request),
  });
  const {
    Contents = [],
    CommonPrefixes = [],
    IsTruncated,
    NextContinuationToken,
  } = await answerTo('ListObjectsV2', client.send(command));
  return {
    objects: Contents.map(({ Key = '', Size = 0, LastModified = new Date(0) }) => ({
      key: Key,
      size: Size,
      modifiedAt: LastModified,
    })),
    prefixes: CommonPrefixes.map(({ Prefix = '' }) => Prefix),
    next: IsTruncated && NextContinuationToken ? `${FROM_TOKEN}${NextContinuationToken}` : null,
  };
}

function placeOf({ startAfter, continuation }: ListRequest): { StartAfter?: string; ContinuationToken?: string } {
  if (continuation?.startsWith(FROM_TOKEN)) return { ContinuationToken: continuation.slice(FROM_TOKEN.length) };
  if (continuation?.startsWith(FROM_KEY)) return { StartAfter: continuation.slice(FROM_KEY.length) };
  return startAfter ? { StartAfter: startAfter } : {};
}
