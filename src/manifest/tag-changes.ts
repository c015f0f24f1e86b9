import { dirname, relative } from 'node:path/posix';
import { Injectable } from '@nestjs/common';
import { Digest } from '#libs/oci';
import { deleteIfPresent, PathNotFoundError, pathOf, StorageDriver, writeLink } from '#libs/storage';

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
    const change: TagChange = { digest: digest.toString(), tags };
    await this.storage.putContent(pathOf.tagChange(name), Buffer.from(JSON.stringify(change)));
    await this.settle(name);
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
    try {
      for await (const { path, isDirectory } of this.storage.walk(root)) {
        if (!isDirectory) names.push(relative(root, dirname(path)));
      }
    } catch (error) {
      if (!(error instanceof PathNotFoundError)) throw error;
    }
    return names;
  }

  private async write(name: string, tags: readonly string[], digest: Digest): Promise<void> {
    for (const tag of tags) {
      // The history first: a crash in between leaves the tag where it was.
      await writeLink(this.storage, pathOf.tagIndexLink(name, tag, digest), digest);
      await writeLink(this.storage, pathOf.tagLink(name, tag), digest);
    }
  }

  private async read(name: string): Promise<TagChange | null> {
    try {
      return JSON.parse((await this.storage.getContent(pathOf.tagChange(name))).toString());
    } catch (error) {
      if (error instanceof PathNotFoundError) return null;
      throw error;
    }
  }
}
