import { describeLockManager } from '../lock-manager.contract.js';
import { MemoryLockManager } from './memory-lock-manager.js';

describeLockManager('MemoryLockManager', async () => {
  const locks = new MemoryLockManager();
  return { one: locks, other: locks };
});
