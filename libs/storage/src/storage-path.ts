import { InvalidPathError } from './storage-error.js';

/** So many fit into the key of any object store; no path of the registry comes near. */
const LONGEST_PATH = 1024;
const PATH = /^(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._-]{1,255})+$/;
const COMPONENT = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,255}$/;

/** Whether `path` is one of a file or directory below the root. */
export function isPath(path: string): boolean {
  return path.length <= LONGEST_PATH && PATH.test(path);
}

/** Throws `InvalidPathError` unless `path` is one of a file or directory below the root. */
export function requirePath(path: string): void {
  if (!isPath(path)) throw new InvalidPathError(path, ruleBrokenBy(path));
}

/** As `requirePath`, for the methods that take the root too. */
export function requirePathOrRoot(path: string): void {
  if (path !== '/') requirePath(path);
}

/** Whether a driver could be asked for something of this name. */
export function isComponent(name: string): boolean {
  return COMPONENT.test(name);
}

function ruleBrokenBy(path: string): string {
  if (path === '/') return 'the root is neither a file nor can it be moved or deleted';
  if (path.length > LONGEST_PATH) return `a path has at most ${LONGEST_PATH} characters`;
  if (!path.startsWith('/')) return 'a path begins with a slash';
  const components = path.slice(1).split('/');
  if (components.includes('')) return 'a component has at least one character';
  if (components.includes('.') || components.includes('..')) return 'no component is . or ..';
  if (components.some((component) => component.length > 255)) return 'a component has at most 255 characters';
  return 'a component consists of A-Z a-z 0-9 . _ -';
}

/** The directory that `path` lies in. */
export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

/** The last component of `path`. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The path of the entry `name` of `directory`. */
export function childOf(directory: string, name: string): string {
  return directory === '/' ? `/${name}` : `${directory}/${name}`;
}

/** The components of `path`; none for the root. */
export function componentsOf(path: string): string[] {
  return path.split('/').filter((component) => component !== '');
}

/** `path` and the directories that it lies in, the uppermost first and the root left out. */
export function lineageOf(path: string): string[] {
  const lineage: string[] = [];
  for (let slash = path.indexOf('/', 1); slash !== -1; slash = path.indexOf('/', slash + 1)) {
    lineage.push(path.slice(0, slash));
  }
  return path === '/' ? [] : [...lineage, path];
}

/** Whether `path` is `directory` or lies anywhere below it. */
export function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory === '/' ? '/' : `${directory}/`);
}

/**
 * The order of a walk: negative when `a` comes before `b`. It differs from the order of the texts, in which `/a-b` comes
 * before `/a/b`: here everything below `/a` comes directly after `/a`.
 */
export function comparePaths(a: string, b: string): number {
  const [first, second] = [a.replaceAll('/', '\0'), b.replaceAll('/', '\0')];
  if (first === second) return 0;
  return first < second ? -1 : 1;
}
