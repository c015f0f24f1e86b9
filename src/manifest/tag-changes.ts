import { dirname, relative } from 'node:path/posix';
import { Injectable } from '@nestjs/common';
import { Digest } from '#libs/oci';
import {
  contentIfPresent,
  deleteIfPresent,
  linkFile,
  type NewFile,
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

  /**
   * Points the tags to a manifest which is durable after `before`, steps of `StorageDriver.putAll` that come first. The
   * history of a tag is written in the last of them: a crash in between leaves the tag where it was.
   */
  async apply(name: string, tags: readonly string[], digest: Digest, before: readonly NewFile[][]): Promise<void> {
    if (tags.length > 1) return this.applyAll(name, tags, digest, before);
    const last = [...(before.at(-1) ?? []), ...history(name, tags, digest)];
    await this.storage.putAll([...before.slice(0, -1), last, current(name, tags, digest)]);
  }

  private async applyAll(
    name: string,
    tags: readonly string[],
    digest: Digest,
    steps: readonly NewFile[][],
  ): Promise<void> {
    const before = await Promise.all(tags.map((tag) => readLink(this.storage, pathOf.tagLink(name, tag))));
    const change: TagChange = { digest: digest.toString(), tags };
    const record = { path: pathOf.tagChange(name), content: Buffer.from(JSON.stringify(change)) };
    await this.storage.putAll([...steps, [record]]);
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
    const digest = Digest.parse(change.digest);
    await this.storage.putAll([history(name, change.tags, digest), current(name, change.tags, digest)]);
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

  private async read(name: string): Promise<TagChange | null> {
    const content = await contentIfPresent(this.storage, pathOf.tagChange(name));
    return content && JSON.parse(content.toString());
  }
}

/** Tells that the tags have pointed to the manifest. */
function history(name: string, tags: readonly string[], digest: Digest): NewFile[] {
  return tags.map((tag) => linkFile(pathOf.tagIndexLink(name, tag, digest), digest));
}

/** Points the tags to the manifest. */
function current(name: string, tags: readonly string[], digest: Digest): NewFile[] {
  return tags.map((tag) => linkFile(pathOf.tagLink(name, tag), digest));
}
