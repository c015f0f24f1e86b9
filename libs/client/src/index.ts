export type { Client } from './generated/client/index.js';
export * from './generated/index.js';
export { createRegistryClient, type RegistryClientConfig } from './registry-client.js';
