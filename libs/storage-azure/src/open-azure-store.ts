import type { Agent } from 'node:http';
import { BlobServiceClient, ContainerClient, newPipeline } from '@azure/storage-blob';
import { createStoreAgent, type ObjectStore } from '#libs/object-storage';
import type { AzureAccess } from './access/azure-access.js';
import { KeyAccess } from './access/key-access.js';
import { SasAccess } from './access/sas-access.js';
import { AzureCalls } from './azure-calls.js';
import { BlobCopier } from './azure-copy.js';
import { AzureStore } from './azure-store.js';
import type { AzureStoreOptions } from './azure-store-options.js';

/** Opens the container, without asking the service whether it is there. */
export async function openAzureStore(options: AzureStoreOptions): Promise<ObjectStore> {
  const { calls, access, agent } = await connectAzure(options);
  return new AzureStore(calls, access, agent, new BlobCopier(calls, access, options.copyConcurrency));
}

/** What a store is made of. */
export interface AzureConnection {
  readonly calls: AzureCalls;
  readonly access: AzureAccess;
  readonly agent: Agent;
}

export async function connectAzure(options: AzureStoreOptions): Promise<AzureConnection> {
  const { account, container, sas = '', maxAttempts } = options;
  const endpoint = (options.endpoint ?? `https://${account}.blob.core.windows.net`).replace(/\/$/, '');
  const agent = createStoreAgent(endpoint, options);
  const access = await chooseAccess(options, () => new BlobServiceClient(endpoint, pipeline));
  const pipelineOptions = { agent, retryOptions: { maxTries: 1 } };
  const pipeline = newPipeline(access.credential, pipelineOptions);
  const query = sas && `?${sas.replace(/^\?/, '')}`;
  const client = new ContainerClient(`${endpoint}/${container}${query}`, pipeline);
  return { calls: new AzureCalls(client, maxAttempts), access, agent };
}

async function chooseAccess(options: AzureStoreOptions, service: () => BlobServiceClient): Promise<AzureAccess> {
  const { account, accountKey, sas, clientId } = options;
  if (accountKey !== undefined) return new KeyAccess(account, accountKey);
  if (sas !== undefined) return new SasAccess();
  const [{ DefaultAzureCredential }, { IdentityAccess }] = await Promise.all([
    import('@azure/identity'),
    import('./access/identity-access.js'),
  ]);
  const credential = new DefaultAzureCredential({
    ...(clientId !== undefined && { managedIdentityClientId: clientId, workloadIdentityClientId: clientId }),
  });
  return new IdentityAccess(credential, account, service);
}
