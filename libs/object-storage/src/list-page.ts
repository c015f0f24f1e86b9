import type { ListRequest, ObjectInfo, ObjectPage } from './object-store.js';

/** A part of a listing that a service is asked for. */
export interface RawRequest {
  readonly prefix: string;
  readonly delimited: boolean;
  /** The first key, included. Never inside a joined prefix, but it may be one. */
  readonly from?: string;
  /** `token` of the page before, along with the `from` of that one. */
  readonly token?: string;
  readonly limit: number;
}

/** What a service gave. It may be less than was asked for, or nothing, in the middle of a listing. */
export interface RawPage {
  readonly objects: readonly ObjectInfo[];
  readonly prefixes: readonly string[];
  /** Continues the listing, if this is not the last page. */
  readonly token?: string | undefined;
}

export type ListRaw = (request: RawRequest) => Promise<RawPage>;

/** Where a listing goes on: what `ObjectPage.next` holds as JSON. */
interface Position {
  /** The first key that the service is asked for. */
  readonly from?: string;
  /** The last key or joined prefix that was given, where the service may give it again. */
  readonly after?: string;
  readonly token?: string;
}

/**
 * A page of a listing by a service that begins at a first key, included, rather than after one. It does not matter whether
 * the service counts a joined prefix as a key of its own or by the keys that it joins, nor whether a page has more prefixes
 * than were asked for. Costs one call, and one more where `startAfter` lies inside a joined prefix.
 */
export async function listPage(request: ListRequest, listRaw: ListRaw): Promise<ObjectPage> {
  const { prefix, delimited, startAfter = '', continuation } = request;
  if (continuation !== undefined) {
    const position: Position = JSON.parse(continuation);
    return pageFrom(request, listRaw, position, (name) => position.after === undefined || name > position.after);
  }
  if (startAfter < prefix) return pageFrom(request, listRaw, {}, () => true);
  if (!startAfter.startsWith(prefix)) return { objects: [], prefixes: [], next: null };
  const joined = delimited ? joinedPrefix(startAfter, prefix) : null;
  const reachesOn = joined !== null && (await hasKeyAfter(startAfter, joined, listRaw));
  const isAfter = (name: string) => name > startAfter || (reachesOn && name === joined);
  return pageFrom(request, listRaw, { from: joined ?? startAfter }, isAfter);
}

async function pageFrom(
  { prefix, delimited, limit }: ListRequest,
  listRaw: ListRaw,
  position: Position,
  isListed: (name: string) => boolean,
): Promise<ObjectPage> {
  const { from } = position;
  // The first may have been given before.
  const asked = from === undefined ? limit : limit + 1;
  for (let { token } = position; ; ) {
    const raw = await listRaw({ prefix, delimited, limit: asked, ...(from && { from }), ...(token && { token }) });
    token = raw.token;
    const end = endOf(raw, asked);
    const isShown = (name: string) => isListed(name) && (end === undefined || name <= end);
    const objects = raw.objects.filter(({ key }) => isShown(key));
    const prefixes = raw.prefixes.filter(isShown);
    const count = objects.length + prefixes.length;
    if (count > limit || (count > 0 && end !== undefined)) return cut(objects, prefixes, limit);
    if (count > 0 || !token)
      return { objects, prefixes, next: token ? toNext({ ...(from && { from }), token }) : null };
  }
}

/**
 * Up to where a page is complete, if not to its end: a service that counts only objects gives the joined prefixes of the
 * whole listing with each page.
 */
function endOf({ objects, prefixes, token }: RawPage, asked: number): string | undefined {
  return token && objects.length + prefixes.length > asked ? objects.at(-1)?.key : undefined;
}

/** As much of a page as was asked for. */
function cut(objects: readonly ObjectInfo[], prefixes: readonly string[], limit: number): ObjectPage {
  const names = [...objects.map(({ key }) => key), ...prefixes].sort(inOrder).slice(0, limit);
  const last = names.at(-1) as string;
  return {
    objects: objects.filter(({ key }) => key <= last),
    prefixes: prefixes.filter((joined) => joined <= last),
    next: toNext({ from: last, after: last }),
  };
}

async function hasKeyAfter(key: string, prefix: string, listRaw: ListRaw): Promise<boolean> {
  const isAfter = (name: string) => name > key;
  const { objects } = await pageFrom({ prefix, delimited: false, limit: 1 }, listRaw, { from: key }, isAfter);
  return objects.length > 0;
}

/** What `key` is joined to in a listing of `prefix`; null where it is not. */
function joinedPrefix(key: string, prefix: string): string | null {
  const slash = key.indexOf('/', prefix.length);
  return slash === -1 ? null : key.slice(0, slash + 1);
}

function toNext(position: Position): string {
  return JSON.stringify(position);
}

function inOrder(one: string, other: string): number {
  return one < other ? -1 : 1;
}
