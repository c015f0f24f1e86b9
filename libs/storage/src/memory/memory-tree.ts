import { InvalidPathError, PathNotFoundError } from '../storage-error.js';
import { componentsOf, lineageOf, nameOf, parentOf } from '../storage-path.js';
import { type Segments, sizeOf } from './segments.js';

/** A file, which keeps its identity when it is moved, and for those who have it open when it is deleted. */
export class MemoryFile {
  readonly isDirectory = false;
  size = 0;
  modifiedAt = new Date();
  private segments: Segments = [];

  constructor(content: Segments = []) {
    this.content = content;
  }

  get content(): Segments {
    return this.segments;
  }

  set content(segments: Segments) {
    this.segments = segments;
    this.size = sizeOf(segments);
    this.modifiedAt = new Date();
  }
}

export class MemoryDirectory {
  readonly isDirectory = true;
  readonly size = 0;
  readonly entries = new Map<string, MemoryFile | MemoryDirectory>();
  modifiedAt = new Date();

  set(name: string, entry: MemoryFile | MemoryDirectory): void {
    this.entries.set(name, entry);
    this.modifiedAt = new Date();
  }

  delete(name: string): void {
    this.entries.delete(name);
    this.modifiedAt = new Date();
  }
}

/** Files and directories by path. Directories come and go with what lies in them. */
export class MemoryTree {
  private readonly root = new MemoryDirectory();

  find(path: string): MemoryFile | MemoryDirectory | undefined {
    let found: MemoryFile | MemoryDirectory | undefined = this.root;
    for (const name of componentsOf(path)) {
      found = found instanceof MemoryDirectory ? found.entries.get(name) : undefined;
    }
    return found;
  }

  /** Throws `PathNotFoundError` where no file is. */
  file(path: string): MemoryFile {
    const found = this.find(path);
    if (found instanceof MemoryFile) return found;
    throw new PathNotFoundError(path);
  }

  /** Throws `PathNotFoundError` where no directory is. */
  directory(path: string): MemoryDirectory {
    const found = this.find(path);
    if (found instanceof MemoryDirectory) return found;
    throw new PathNotFoundError(path);
  }

  /** Throws `InvalidPathError` where no file can be. */
  requireRoom(path: string): void {
    for (const ancestor of lineageOf(parentOf(path))) {
      if (this.find(ancestor) instanceof MemoryFile) {
        throw new InvalidPathError(ancestor, 'a file is in the place of a directory');
      }
    }
    if (this.find(path) instanceof MemoryDirectory) throw new InvalidPathError(path, 'it is a directory');
  }

  /** Puts the file at `path`, in the place of whatever file is there. Throws `InvalidPathError` where none can be. */
  place(path: string, file: MemoryFile): void {
    this.requireRoom(path);
    let directory = this.root;
    for (const ancestor of lineageOf(parentOf(path))) directory = enter(directory, nameOf(ancestor));
    directory.set(nameOf(path), file);
  }

  /** Takes away what is at `path`, and the directories that are empty then. */
  remove(path: string): void {
    for (const entry of lineageOf(path).reverse()) {
      const directory = this.directory(parentOf(entry));
      directory.delete(nameOf(entry));
      if (directory.entries.size > 0) return;
    }
  }
}

/** The directory called `name` in `parent`, which is made when it is missing. */
function enter(parent: MemoryDirectory, name: string): MemoryDirectory {
  const found = parent.entries.get(name);
  if (found instanceof MemoryDirectory) return found;
  const made = new MemoryDirectory();
  parent.set(name, made);
  return made;
}
