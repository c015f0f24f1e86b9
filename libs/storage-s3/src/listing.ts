import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import type { ListRequest, ObjectPage } from '#libs/object-storage';
import type { S3Bucket } from './s3-bucket.js';
import { answerTo } from './s3-error.js';

export async function listObjects({ client, options }: S3Bucket, request: ListRequest): Promise<ObjectPage> {
  const { prefix, delimited, startAfter, continuation, limit } = request;
  const command = new ListObjectsV2Command({
    Bucket: options.bucket,
    Prefix: prefix,
    MaxKeys: limit,
    ...(delimited && { Delimiter: '/' }),
    ...(continuation === undefined
      ? startAfter !== undefined && { StartAfter: startAfter }
      : { ContinuationToken: continuation }),
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
    next: (IsTruncated && NextContinuationToken) || null,
  };
}
