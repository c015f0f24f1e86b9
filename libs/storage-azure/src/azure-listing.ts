import type { BlobItem, ContainerClient, ContainerListBlobsOptions } from '@azure/storage-blob';
import type { ObjectInfo, RawPage, RawRequest } from '#libs/object-storage';
import type { AzureCalls } from './azure-calls.js';

type Options = ContainerListBlobsOptions;
type Paging = Parameters<ReturnType<ContainerClient['listBlobsFlat']>['byPage']>[0];

/** One page of a listing, as the service has it. */
export async function listBlobs(calls: AzureCalls, request: RawRequest): Promise<RawPage> {
  const { prefix, delimited, from, token, limit } = request;
  const options = { prefix, ...(from !== undefined && { startFrom: from }) };
  const paging = { maxPageSize: limit, ...(token !== undefined && { continuationToken: token }) };
  const pages = delimited ? joinedPages : plainPages;
  return calls.call('list', async () => {
    for await (const page of pages(calls, options, paging)) return page;
    return { objects: [], prefixes: [] };
  });
}

async function* joinedPages({ container }: AzureCalls, options: Options, paging: Paging): AsyncIterable<RawPage> {
  for await (const { segment, continuationToken } of container.listBlobsByHierarchy('/', options).byPage(paging)) {
    const prefixes = (segment.blobPrefixes ?? []).map(({ name }) => name);
    yield { objects: segment.blobItems.map(toObject), prefixes, token: continuationToken || undefined };
  }
}

async function* plainPages({ container }: AzureCalls, options: Options, paging: Paging): AsyncIterable<RawPage> {
  for await (const { segment, continuationToken } of container.listBlobsFlat(options).byPage(paging)) {
    yield { objects: segment.blobItems.map(toObject), prefixes: [], token: continuationToken || undefined };
  }
}

function toObject({ name, properties }: BlobItem): ObjectInfo {
  return { key: name, size: properties.contentLength ?? 0, modifiedAt: properties.lastModified };
}
