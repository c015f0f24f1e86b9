import { describeObjectStore } from '../object-store.contract.js';
import { MemoryObjectStore } from './memory-object-store.js';

const store = new MemoryObjectStore({ minPartSize: 1024 });

describeObjectStore('MemoryObjectStore', async () => store, ['does not sign']);
