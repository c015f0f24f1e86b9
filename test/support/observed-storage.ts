import type { FileWriter, StorageDriver } from '#libs/storage';

/** A method of the driver, or of a writer that it opened. */
export type Operation = keyof StorageDriver | 'write' | 'close' | 'commit' | 'cancel';

/** Called before each operation, with the path that it works on; what it throws is what the operation rejects with. */
export type Watch = (operation: Operation, path: string) => void;

/** What changes a storage. */
const CHANGES: ReadonlySet<Operation> = new Set([
  'putContent',
  'putAll',
  'writer',
  'write',
  'commit',
  'move',
  'delete',
]);

export function isChange(operation: Operation): boolean {
  return CHANGES.has(operation);
}

/** The storage itself, with somebody who sees each operation first and may let it fail. */
export function observe(storage: StorageDriver, watch: Watch): StorageDriver {
  return watched(storage, watch);
}

/** `opened` is the path of a writer. */
function watched<T extends StorageDriver | FileWriter>(target: T, watch: Watch, opened?: string): T {
  return new Proxy(target, {
    get: (_target, key) => {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        const path = opened ?? String(args[0]);
        if (key === 'walk') return value.apply(target, args);
        return Promise.resolve()
          .then(() => watch(key as Operation, path))
          .then(() => value.apply(target, args))
          .then((result) => (key === 'writer' ? watched(result, watch, path) : result));
      };
    },
  });
}
