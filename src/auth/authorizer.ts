/** What a route does with a repository, in the words of Distribution's scopes; `catalog` is for the whole registry. */
export type Action = 'pull' | 'push' | 'delete' | 'catalog';

export interface AccessRequest {
  readonly action: Action;
  /** The repository; absent for the catalog. */
  readonly repository?: string;
  /** Address of the peer of the connection. */
  readonly remoteAddress: string;
}

/** Decides who may do what. Replace it to bring accounts: the guard asks it once for each access that a route declares. */
export abstract class Authorizer {
  abstract isAllowed(request: AccessRequest): boolean | Promise<boolean>;
}
