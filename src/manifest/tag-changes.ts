import { dirname, relative } from 'node:path/posix';
import { Injectable } from '@nestjs/common';
import { Digest } from '#libs/oci';
import {
  contentIfPresent,
  deleteIfPresent,
  pathOf,
  readLink,
  StorageDriver,
  walkIfPresent,
  writeLink,
} from '#libs/storage';

interface TagChange {
  readonly digest: string;
  readonly tags: readonly string[];
}

/**
 * Points tags to manifests. Several tags are set all or none: the change is written down first, and completed by
 * whoever next changes the repository if this process dies halfway. The caller holds the repository's lock.
 */
@Injectable()
export class TagChanges {
  constructor(private readonly storage: StorageDriver) {}

  async apply(name: string, tags: readonly string[], digest: Digest): Promise<void> {
    if (tags.length <= 1) return this.write(name, tags, digest);
    const before = await Promise.all(tags.map((tag) => readLink(this.storage, pathOf.tagLink(name, tag))));
    const change: TagChange = { digest: digest.toString(), tags };
    await this.storage.putContent(pathOf.tagChange(name), Buffer.from(JSON.stringify(change)));
    try {
      await this.settle(name);
    } catch (error) {
      await this.undo(name, tags, before);
      throw error;
    }
  }

  /** Completes the change that is written down for a repository, if there is one. */
  async settle(name: string): Promise<void> {
    const change = await this.read(name);
    if (!change) return;
    await this.write(name, change.tags, Digest.parse(change.digest));
    await deleteIfPresent(this.storage, pathOf.tagChange(name));
  }

  /** The repositories that have a change written down. */
  async pending(): Promise<string[]> {
    const root = pathOf.tagChanges();
    const names: string[] = [];
    for await (const { path, isDirectory } of walkIfPresent(this.storage, root)) {
      if (!isDirectory) names.push(relative(root, dirname(path)));
    }
    return names;
  }

  /** Where this fails too, the change stays written down: it is then completed, so that it is all or none all the same. */
  private async undo(name: string, tags: readonly string[], before: readonly (Digest | null)[]): Promise<void> {
    for (const [index, tag] of tags.entries()) {
      const digest = before[index];
      if (digest) await writeLink(this.storage, pathOf.tagLink(name, tag), digest);
      else await deleteIfPresent(this.storage, pathOf.tag(name, tag));
    }
    await deleteIfPresent(this.storage, pathOf.tagChange(name));
  }

  private async write(name: string, tags: readonly string[], digest: Digest): Promise<void> {
    for (const tag of tags) {
      // The history first: a crash in between leaves the tag where it was.
      await writeLink(this.storage, pathOf.tagIndexLink(name, tag, digest), digest);
      await writeLink(this.storage, pathOf.tagLink(name, tag), digest);
    }
  }

  private async read(name: string): Promise<TagChange | null> {
    const content = await contentIfPresent(this.storage, pathOf.tagChange(name));
    return content && JSON.parse(content.toString());
  }
}
