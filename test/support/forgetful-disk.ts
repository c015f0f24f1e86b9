import * as fs from 'node:fs';
import { promisify } from 'node:util';
import { jest } from '@jest/globals';

/** What a power cut does to that which was not synced. */
export type Fate = 'all is lost' | 'names are kept, content is lost' | 'chance';

class FileNode {
  content = Buffer.alloc(0);
}

class FolderNode {
  readonly entries = new Map<string, Node>();
}

type Node = FileNode | FolderNode;

/** Something that a power cut may undo, unless `node` was synced since. */
interface Change {
  readonly kind: 'names' | 'content';
  readonly node: Node;
  apply(): void;
}

/** Makes durable what had happened to `node` before the sync began. */
interface Sync {
  readonly kind: 'sync';
  readonly node: Node;
  readonly since: number;
}

type Path = fs.PathLike;

/** Locks and counters. */
const IGNORED = ['/docker/registry/stowage/locks', '/docker/registry/stowage/changes-'];

/**
 * Watches what a process does to the files below `root`, and tells what a power cut leaves of them: of each folder the
 * names, of each file the content, that were synced; and any or none of the rest. Only a rename happens as a whole, or not
 * at all, which a file system sees to that keeps a journal or copies on write.
 */
export class ForgetfulDisk {
  private readonly log: (Change | Sync)[] = [];
  private readonly top = new FolderNode();
  /** As the process sees it. */
  private readonly present = new Map<string, Node>();
  private readonly open = new Map<number, Node>();

  constructor(private readonly root: string) {
    this.present.set('', this.top);
  }

  /** How much has happened so far. */
  get moment(): number {
    return this.log.length;
  }

  /** The files, by path, that are there when the power goes out at `moment`. */
  survivors(moment: number, fate: Fate, random: () => number): Map<string, Buffer> {
    for (const { node } of this.log) clear(node);
    const events = this.log.slice(0, moment);
    const synced = new Map<Node, number>();
    for (const event of events) {
      if (event.kind === 'sync') synced.set(event.node, Math.max(event.since, synced.get(event.node) ?? 0));
    }
    events.forEach((event, at) => {
      if (event.kind === 'sync') return;
      const isDurable = at < (synced.get(event.node) ?? 0);
      if (isDurable || isSpared(event, fate, random)) event.apply();
    });
    const files = new Map<string, Buffer>();
    collect(this.top, '', files);
    return files;
  }

  /** Puts itself between `node:fs` and whatever is imported after this. */
  watch(): void {
    jest.unstable_mockModule('node:fs', () => ({ ...fs, ...this.calls() }));
  }

  private calls() {
    const watched = <A extends unknown[], R>(
      call: (...args: A) => Promise<R>,
      note: (result: R, ...args: A) => void,
    ) => {
      const wrapped = async (...args: A) => {
        const result = await call(...args);
        note(result, ...args);
        return result;
      };
      return callbackOf(wrapped);
    };
    const synced = (call: (fd: number) => Promise<void>) =>
      callbackOf(async (fd: number) => {
        const [node, since] = [this.open.get(fd), this.moment];
        await call(fd);
        if (node) this.log.push({ kind: 'sync', node, since });
      });
    const opened = (fd: number, path: Path) => {
      const place = this.placeOf(path);
      if (place === null) return void this.open.delete(fd);
      const node = this.present.get(place) ?? this.appear(place, new FileNode());
      this.open.set(fd, node);
    };
    return {
      open: watched(promisify(fs.open) as (path: Path, flags: number, mode?: number) => Promise<number>, opened),
      openSync: (path: Path, flags: number) => {
        const fd = fs.openSync(path, flags);
        opened(fd, path);
        return fd;
      },
      mkdir: watched(promisify(fs.mkdir) as (path: Path, mode: number) => Promise<void>, (_, path) => {
        const place = this.placeOf(path);
        if (place !== null) this.appear(place, new FolderNode());
      }),
      writev: callbackOf(async (fd: number, chunks: readonly Uint8Array[], position: number) => {
        const written = await promisify(fs.writev)(fd, chunks, position);
        const node = this.open.get(fd);
        if (node instanceof FileNode)
          this.write(node, Buffer.concat(chunks).subarray(0, written.bytesWritten), position);
        return written;
      }),
      ftruncate: watched(promisify(fs.ftruncate), (_, fd, size) => {
        const node = this.open.get(fd);
        if (node instanceof FileNode) this.write(node, null, size ?? 0);
      }),
      fsync: synced(promisify(fs.fsync)),
      fdatasync: synced(promisify(fs.fdatasync)),
      rename: watched(promisify(fs.rename), (_, from, to) => this.move(this.placeOf(from), this.placeOf(to))),
      unlink: watched(promisify(fs.unlink), (_, path) => this.disappear(this.placeOf(path))),
      rmdir: watched(promisify(fs.rmdir) as (path: Path) => Promise<void>, (_, path) =>
        this.disappear(this.placeOf(path)),
      ),
    };
  }

  /** Below the root; null elsewhere, and for what is no durable state. */
  private placeOf(path: Path): string | null {
    const text = String(path).replace('//', '/');
    if (!text.startsWith(`${this.root}/`)) return null;
    const place = text.slice(this.root.length).replace(/\/$/, '');
    return IGNORED.some((prefix) => place.startsWith(prefix)) ? null : place;
  }

  private appear<N extends Node>(place: string, node: N): N {
    const [folder, name] = this.split(place);
    this.present.set(place, node);
    this.log.push({ kind: 'names', node: folder, apply: () => void folder.entries.set(name, node) });
    return node;
  }

  private disappear(place: string | null): void {
    if (place === null || !this.present.has(place)) return;
    const [folder, name] = this.split(place);
    this.present.delete(place);
    this.log.push({ kind: 'names', node: folder, apply: () => void folder.entries.delete(name) });
  }

  /** A rename counts as a change of the folder that the name is in afterwards. */
  private move(from: string | null, to: string | null): void {
    if (from === null || to === null) return;
    const node = this.present.get(from);
    if (!node) throw new Error(`${from} was made unseen`);
    const [[source, oldName], [target, newName]] = [this.split(from), this.split(to)];
    for (const [place, moved] of [...this.present]) {
      if (place !== from && !place.startsWith(`${from}/`)) continue;
      this.present.delete(place);
      this.present.set(to + place.slice(from.length), moved);
    }
    const apply = () => {
      if (source.entries.get(oldName) === node) source.entries.delete(oldName);
      target.entries.set(newName, node);
    };
    this.log.push({ kind: 'names', node: target, apply });
  }

  private write(node: FileNode, bytes: Buffer | null, position: number): void {
    const apply = () => {
      const kept = node.content.subarray(0, position);
      const gap = Buffer.alloc(position - kept.length);
      node.content = Buffer.concat([kept, gap, bytes ?? Buffer.alloc(0)]);
    };
    this.log.push({ kind: 'content', node, apply });
  }

  private split(place: string): [FolderNode, string] {
    const slash = place.lastIndexOf('/');
    const parent = place.slice(0, slash);
    // The uppermost folders are made unseen, with the locks.
    const folder = this.present.get(parent) ?? this.appear(parent, new FolderNode());
    if (!(folder instanceof FolderNode)) throw new Error(`${parent} is a file`);
    return [folder, place.slice(slash + 1)];
  }
}

function isSpared({ kind }: Change, fate: Fate, random: () => number): boolean {
  if (fate === 'chance') return random() < 0.5;
  return fate === 'names are kept, content is lost' && kind === 'names';
}

function clear(node: Node): void {
  if (node instanceof FolderNode) node.entries.clear();
  else node.content = Buffer.alloc(0);
}

function collect(folder: FolderNode, path: string, files: Map<string, Buffer>): void {
  for (const [name, node] of folder.entries) {
    if (name.endsWith('.tmp')) continue;
    if (node instanceof FolderNode) collect(node, `${path}/${name}`, files);
    else files.set(`${path}/${name}`, node.content);
  }
}

/** What `promisify` makes a promise of again. */
function callbackOf<A extends unknown[], R>(work: (...args: A) => Promise<R>) {
  const call = () => {
    throw new Error('only the promise is watched');
  };
  return Object.assign(call, { [promisify.custom]: work });
}
