import { isComponent } from '#libs/storage';
import { fileKeyOf, recordedSize } from './keys.js';
import type { ListRequest, ObjectInfo, ObjectPage, ObjectStore } from './object-store.js';

/** What has a name in a directory. */
export interface Entry {
  readonly name: string;
  /** Null for a directory, and for a file that is not complete. */
  readonly object: ObjectInfo | null;
}

export interface EntryRange {
  /** Only names that sort after this one. */
  readonly startAfter?: string;
  /** How many names are wanted, as far as that is known; any number may be given. */
  readonly wanted?: number;
}

/** The most that a page of a store holds. */
const LARGEST_PAGE = 1000;

/** Lists what lies below prefixes in the order of names. */
export class Listing {
  constructor(
    private readonly store: ObjectStore,
    /** Names of a page, at most. */
    private readonly pageSize = LARGEST_PAGE,
  ) {}

  /**
   * The entries of the directory whose keys begin with `prefix`, which is '' or ends in a slash, in byte order of their
   * names. A file that is not complete counts as one entry. One list for each page, and for the last name of a page one
   * of a single key for each `-` and `.` in it, all at once.
   *
   * Stores order keys, in which what lies below `1.0` comes behind all of `1.0-alpine`, as a slash sorts behind `-` and
   * `.`. So a name may come in a later page than others that sort behind it. That is only so where it is a stem of the
   * last name of the page, which is the name up to a `-` or `.`: for all others the slash makes no difference.
   */
  async *entries(prefix: string, { startAfter = '', wanted }: EntryRange = {}): AsyncGenerator<Entry> {
    // The name that is passed over and its stems may come again, with what lies below them.
    const limit = 1 + stemsOf(startAfter).length + (wanted ?? this.pageSize);
    const start = startAfter === '' ? {} : { startAfter: prefix + lastNameUpTo(startAfter) };
    let last = startAfter;
    let request: ListRequest = { prefix, delimited: true, ...start, limit: Math.min(limit, this.pageSize) };
    for (;;) {
      const page = await this.store.list(request);
      for (const entry of await this.inOrder(prefix, page, last)) {
        last = entry.name;
        yield entry;
      }
      if (page.next === null) return;
      request = { ...request, limit: this.pageSize, continuation: page.next };
    }
  }

  /** Whether anything has a key that begins with `prefix`. */
  async holdsAny(prefix: string): Promise<boolean> {
    const { objects } = await this.store.list({ prefix, delimited: false, limit: 1 });
    return objects.length > 0;
  }

  private async inOrder(prefix: string, page: ObjectPage, last: string): Promise<Entry[]> {
    const entries = new Map<string, Entry>();
    const add = (name: string, object: ObjectInfo | null) => {
      // Names that no path can have are passed over: somebody else put them there.
      if (name > last && isComponent(name) && !entries.has(name)) entries.set(name, { name, object });
    };
    for (const object of page.objects) {
      const isRecord = recordedSize(object.key) !== null;
      add((isRecord ? fileKeyOf(object.key) : object.key).slice(prefix.length), isRecord ? null : object);
    }
    for (const joined of page.prefixes) add(joined.slice(prefix.length, -1), null);
    if (page.next !== null) {
      const stems = stemsOf(lastName(prefix, page)).filter((stem) => stem > last && !entries.has(stem));
      const areThere = await Promise.all(stems.map((stem) => this.holdsAny(`${prefix}${stem}/`)));
      for (const [index, stem] of stems.entries()) if (areThere[index]) add(stem, null);
    }
    return [...entries.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}

/** The last of a page in the order of keys. */
function lastName(prefix: string, { objects, prefixes }: ObjectPage): string {
  const [object = '', joined = ''] = [objects.at(-1)?.key, prefixes.at(-1)];
  return object > joined ? object.slice(prefix.length) : joined.slice(prefix.length, -1);
}

/** The beginnings of a name behind which a slash sorts after what follows there. */
function stemsOf(name: string): string[] {
  const stems: string[] = [];
  for (let at = 1; at < name.length; at++) if ((name[at] ?? '') < '/') stems.push(name.slice(0, at));
  return stems;
}

/** The characters of names, in their order, and one that sorts behind them. */
const CHARACTERS = '-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz';
const BEHIND_CHARACTERS = '~';
const LONGEST_NAME = 255;

/**
 * What sorts behind all names that do not sort behind `text`, and before all others; of characters that any store
 * takes, whatever a client has sent.
 */
function lastNameUpTo(text: string): string {
  const legal = /^[A-Za-z0-9._-]*/.exec(text.slice(0, LONGEST_NAME))?.[0] ?? '';
  const next = text[legal.length];
  if (next === undefined || legal.length === LONGEST_NAME) return legal;
  const lower = [...CHARACTERS].findLast((character) => character < next);
  return lower === undefined ? legal : legal + lower + BEHIND_CHARACTERS;
}

/** What all names sort behind that are `name` or sort behind it, and no others; for a name that is not empty. */
export function justBefore(name: string): string {
  const lower = [...CHARACTERS].findLast((character) => character < name.slice(-1));
  const rest = name.slice(0, -1);
  return lower === undefined ? rest : rest + lower + BEHIND_CHARACTERS;
}
