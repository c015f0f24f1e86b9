import { Injectable } from '@nestjs/common';
import { type Digest, OciError } from '#libs/oci';
import {
  deleteIfPresent,
  holdsContent,
  listIfPresent,
  pathOf,
  readLink,
  readLinks,
  StorageDriver,
} from '#libs/storage';

/** A part of the tags of a repository, in byte order. */
export interface TagPage {
  readonly tags: string[];
  /** Whether there are tags behind the last one. */
  readonly hasMore: boolean;
}

/** Finds what a repository itself consists of: few names, all of which begin with `_`. */
const INSIDE = { startAfter: '_', limit: 10 };

/** Reads and removes tags; `TagChanges` sets them. */
@Injectable()
export class TagService {
  constructor(private readonly storage: StorageDriver) {}

  /** The digest that a tag points to, in the algorithm it was pushed with; null when there is no such tag. */
  resolve(name: string, tag: string): Promise<Digest | null> {
    return readLink(this.storage, pathOf.tagLink(name, tag));
  }

  /** Tags behind `last`, at most `limit`. Throws `NAME_UNKNOWN` when there is no such repository. */
  async list(name: string, last?: string, limit = Number.POSITIVE_INFINITY): Promise<TagPage> {
    // What lies below the name may also belong to repositories with longer names only, any number of them.
    if (!(await listIfPresent(this.storage, pathOf.repository(name), INSIDE)).some(holdsContent)) {
      throw new OciError('NAME_UNKNOWN', { name });
    }
    const tags: string[] = [];
    let startAfter = last;
    // One more than asked for tells whether there are more; a tag that a crash left without a link is none.
    while (tags.length <= limit) {
      const wanted = limit + 1 - tags.length;
      const batch = await listIfPresent(this.storage, pathOf.tags(name), {
        ...(startAfter !== undefined && { startAfter }),
        ...(Number.isFinite(wanted) && { limit: wanted }),
      });
      const digests = await readLinks(this.storage, this.linksOf(name, batch));
      tags.push(...batch.filter((_, index) => digests[index]));
      if (batch.length < wanted) break;
      startAfter = batch.at(-1);
    }
    return { tags: tags.slice(0, limit), hasMore: tags.length > limit };
  }

  /** Removes a tag; the manifest stays. The caller holds the repository's lock. */
  async remove(name: string, tag: string): Promise<void> {
    await deleteIfPresent(this.storage, pathOf.tagLink(name, tag));
    await deleteIfPresent(this.storage, pathOf.tag(name, tag));
  }

  /** Removes every tag that points to a digest. The caller holds the repository's lock. */
  async removeAllOf(name: string, digest: Digest): Promise<void> {
    const tags = await listIfPresent(this.storage, pathOf.tags(name));
    const links = await this.storage.getAll(this.linksOf(name, tags));
    const content = Buffer.from(digest.toString());
    for (const tag of tags.filter((_, index) => links[index]?.equals(content))) await this.remove(name, tag);
  }

  private linksOf(name: string, tags: readonly string[]): string[] {
    return tags.map((tag) => pathOf.tagLink(name, tag));
  }
}
