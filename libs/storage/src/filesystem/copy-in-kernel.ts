/** What the operating system does for files that are sent. */
export interface KernelCopy {
  /** Copies up to `size` bytes from `position` of the file to a socket; resolves with how many, -1 where none could be. */
  copy(socket: number, file: number, position: number, size: number): Promise<number>;
  /** Another descriptor of the same socket, which stays this socket whatever becomes of the first; -1 where there is none. */
  duplicate(socket: number): number;
}

/** `sendfile(2)` of Linux; null elsewhere, and where koffi has no build for this machine. */
export async function loadKernelCopy(): Promise<KernelCopy | null> {
  if (process.platform !== 'linux') return null;
  try {
    const { default: koffi } = await import('koffi');
    const system = koffi.load(null);
    const sendfile = system.func('intptr_t sendfile64(int out, int in, void *offset, size_t count)');
    const duplicate = system.func('int dup(int fd)');
    return {
      copy: (socket, file, position, size) =>
        new Promise((resolve, reject) => {
          const offset = BigInt64Array.of(BigInt(position));
          const done = (error: unknown, copied: number) => (error ? reject(error) : resolve(copied));
          sendfile.async(socket, file, offset, size, done);
        }),
      duplicate: (socket) => duplicate(socket),
    };
  } catch {
    return null;
  }
}
