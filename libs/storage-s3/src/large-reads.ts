import type { OnReadOpts, Socket } from 'node:net';

/** Bytes that are allocated at a time, and read at most. */
const SLAB = 512 * 1024;

/** What is left of a slab is given up when it is smaller. */
const LEAST = SLAB / 4;

/** Bytes that are read at most where the rest is to pass by. */
const LITTLE = 8 * 1024;

/** Smaller reads are copied, lest each keep a slab. */
const SMALL = 16 * 1024;

/** Takes what a socket reads; false where it is to read no more for now. */
export type Receiver = (bytes: Buffer) => boolean;

const READS = new WeakMap<Socket, LargeReads>();

/**
 * Has a socket that is made with these options read up to 512 KiB at once, instead of 64: of what it takes to
 * receive content, most is spent on each read and on each piece that goes through Node's HTTP parser, whatever its size.
 */
export class LargeReads implements OnReadOpts {
  receive: Receiver = () => false;
  /** Bytes that are read at most. */
  limit = SLAB;
  private slab = Buffer.allocUnsafeSlow(SLAB);
  private filled = 0;

  /** Where the next bytes go. */
  readonly buffer = (): Uint8Array => {
    if (SLAB - this.filled < LEAST) {
      this.slab = Buffer.allocUnsafeSlow(SLAB);
      this.filled = 0;
    }
    return this.slab.subarray(this.filled, this.filled + this.limit);
  };

  readonly callback = (size: number): boolean => {
    const bytes = this.slab.subarray(this.filled, this.filled + size);
    if (size < SMALL) return this.receive(Buffer.from(bytes));
    this.filled += size;
    return this.receive(bytes);
  };

  /** Gives what is read to the socket, as it would be without this. */
  attachTo(socket: Socket): void {
    this.receive = (bytes) => socket.push(bytes);
    READS.set(socket, this);
  }
}

/** Whether `receiveFrom` can be used. */
export function canReceiveFrom(socket: Socket | null): socket is Socket {
  return socket !== null && READS.has(socket);
}

/** From now on gives what a socket reads to `receive` and to nobody else, so that the connection is of no further use. */
export function receiveFrom(socket: Socket, receive: Receiver): void {
  readsOf(socket).receive = receive;
}

/** From now on reads little at a time: enough to know that more has come. */
export function readLittleFrom(socket: Socket): void {
  readsOf(socket).limit = LITTLE;
}

function readsOf(socket: Socket): LargeReads {
  const reads = READS.get(socket);
  if (!reads) throw new Error('the socket was made by somebody else');
  return reads;
}
