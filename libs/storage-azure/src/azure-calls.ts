import type { ContainerClient } from '@azure/storage-blob';
import { StoreCalls } from '#libs/object-storage';
import { isTransient } from './azure-error.js';

/**
 * Calls of a container. The library could try again by itself, but without chance in its delays, and not after what
 * gateways answer; so it is told to try once.
 */
export class AzureCalls extends StoreCalls {
  constructor(
    readonly container: ContainerClient,
    maxAttempts: number,
  ) {
    super('azure', maxAttempts, isTransient);
  }
}
