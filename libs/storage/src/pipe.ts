import { closeSync, readSync } from 'node:fs';

/** Bytes in a pipe, where Linux gives it so many. */
const ROOM = 1024 * 1024;

/** Pipes that are kept for the next who want one. */
const KEPT = 8;

/** From `fcntl.h` and `linux/fcntl.h`. */
const O_NONBLOCK = 0o4000;
const O_CLOEXEC = 0o2000000;
const F_SETPIPE_SZ = 1031;
const SPLICE_F_MOVE = 1;
const SPLICE_F_NONBLOCK = 2;

/** What Linux does and Node does not ask of it. Numbers below 0 are errors. */
interface Functions {
  pipe2(ends: Int32Array, flags: number): number;
  fcntl(descriptor: number, command: number, argument: number): number;
  splice(from: number, fromOffset: null, to: number, toOffset: null, size: number, flags: number): number;
}

const idle: Pipe[] = [];
let functions: Promise<Functions | null> | undefined;

/** Moves bytes from one socket to another inside the operating system, without waiting for either. */
export class Pipe {
  private constructor(
    private readonly functions: Functions,
    private readonly end: number,
    private readonly beginning: number,
  ) {}

  /** Null where there is no `splice(2)`, where koffi has no build for this machine, or when there are too many files. */
  static async take(): Promise<Pipe | null> {
    functions ??= loadFunctions();
    const found = await functions;
    return found && (idle.pop() ?? Pipe.make(found));
  }

  private static make(functions: Functions): Pipe | null {
    const ends = new Int32Array(2);
    if (functions.pipe2(ends, O_NONBLOCK | O_CLOEXEC) < 0) return null;
    const [end = -1, beginning = -1] = ends;
    functions.fcntl(beginning, F_SETPIPE_SZ, ROOM);
    return new Pipe(functions, end, beginning);
  }

  /**
   * Takes up to `size` bytes that are there from one socket, and gives them to the other. Returns how many it gave, and
   * those for which there was no room. An error is the same as nothing: whoever reads or writes next is told.
   */
  move(from: number, to: number, size: number): { readonly given: number; readonly rest: Uint8Array } {
    const taken = this.splice(from, this.beginning, Math.min(size, ROOM));
    let given = 0;
    for (let moved = taken; moved > 0 && given < taken; given += moved) {
      moved = this.splice(this.end, to, taken - given);
    }
    return { given, rest: this.readRest(taken - given) };
  }

  /** Has to be called once. There is nothing in the pipe then, see `move`. */
  giveBack(): void {
    if (idle.length < KEPT) idle.push(this);
    else for (const descriptor of [this.end, this.beginning]) closeSync(descriptor);
  }

  private splice(from: number, to: number, size: number): number {
    return Math.max(this.functions.splice(from, null, to, null, size, SPLICE_F_MOVE | SPLICE_F_NONBLOCK), 0);
  }

  private readRest(size: number): Uint8Array {
    const rest = Buffer.allocUnsafeSlow(size);
    for (let at = 0; at < size; ) at += readSync(this.end, rest, at, size - at, null);
    return rest;
  }
}

async function loadFunctions(): Promise<Functions | null> {
  if (process.platform !== 'linux') return null;
  try {
    const { default: koffi } = await import('koffi');
    const system = koffi.load(null);
    return {
      pipe2: system.func('int pipe2(int *ends, int flags)'),
      fcntl: system.func('int fcntl(int descriptor, int command, int argument)'),
      splice: system.func(
        'intptr_t splice(int from, void *from_offset, int to, void *to_offset, size_t size, unsigned int flags)',
      ),
    };
  } catch {
    return null;
  }
}
