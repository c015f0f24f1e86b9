import type { ObjectStore } from './object-store.js';

const CHANGES = ['put', 'delete', 'copy', 'beginParts', 'putPart', 'copyPart', 'completeParts', 'abortParts'];

type Method = (...args: unknown[]) => unknown;

/** The store of a process that died. */
export class ProcessDiedError extends Error {
  override readonly name = 'ProcessDiedError';
}

/** A store that calls `around` for each call of another one. */
function watch(store: ObjectStore, around: (method: string, call: Method, args: unknown[]) => unknown): ObjectStore {
  return new Proxy(store, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function' || name === 'unfinishedParts') return member;
      return (...args: unknown[]) => around(String(name), member.bind(target), args);
    },
  });
}

/** A store that adds the name of each method that is called to `calls`. */
export function record(store: ObjectStore, calls: string[]): ObjectStore {
  return watch(store, (method, call, args) => {
    calls.push(method);
    return call(...args);
  });
}

/**
 * The store as a process sees it that dies at its `last` change: before it, after it, or, where that deletes several
 * objects, in the middle.
 */
export function mortal(store: ObjectStore, last: number, moment: 'before' | 'after'): ObjectStore {
  let left = last;
  return watch(store, async (method, call, args) => {
    if (left < 0) throw new ProcessDiedError();
    if (!CHANGES.includes(method) || left-- > 0) return call(...args);
    const [keys] = args;
    if (moment === 'after') await call(...args);
    else if (Array.isArray(keys)) await call(keys.slice(0, keys.length >> 1));
    throw new ProcessDiedError();
  });
}
