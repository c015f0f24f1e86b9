import { Injectable } from '@nestjs/common';
import { StorageDriver, walkRepositories } from '#libs/storage';

export interface CatalogPage {
  readonly repositories: string[];
  /** Whether there are repositories behind the last one. */
  readonly hasMore: boolean;
}

/** The repositories of the registry. */
@Injectable()
export class CatalogService {
  constructor(private readonly storage: StorageDriver) {}

  /** At most `limit` names behind `last`, component by component in byte order. */
  async list(limit: number, last?: string): Promise<CatalogPage> {
    const repositories: string[] = [];
    if (limit === 0) return { repositories, hasMore: false };
    for await (const name of walkRepositories(this.storage, 'manifests', last)) {
      if (repositories.length === limit) return { repositories, hasMore: true };
      repositories.push(name);
    }
    return { repositories, hasMore: false };
  }
}
