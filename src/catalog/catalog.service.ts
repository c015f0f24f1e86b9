import { Injectable } from '@nestjs/common';
import { StorageDriver, walkRepositories } from '#libs/storage';

export interface CatalogPage {
  readonly repositories: string[];
  /** Whether there are repositories behind the last one. */
  readonly hasMore: boolean;
}

export type IsVisible = (repository: string) => boolean | Promise<boolean>;

/** The repositories of the registry. */
@Injectable()
export class CatalogService {
  constructor(private readonly storage: StorageDriver) {}

  /**
   * At most `limit` names behind `last`, component by component in byte order, of those that `isVisible`. Whether there are
   * more counts only visible ones, too.
   */
  async list(limit: number, last?: string, isVisible?: IsVisible): Promise<CatalogPage> {
    const repositories: string[] = [];
    if (limit === 0) return { repositories, hasMore: false };
    for await (const name of walkRepositories(this.storage, 'manifests', last)) {
      if (isVisible && !(await isVisible(name))) continue;
      if (repositories.length === limit) return { repositories, hasMore: true };
      repositories.push(name);
    }
    return { repositories, hasMore: false };
  }
}
