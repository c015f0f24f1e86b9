/** A right that a token carries: an entry of the claim `access` of Distribution's tokens. */
export interface Grant {
  readonly type: 'repository' | 'registry';
  /** Name of a repository, or `catalog`. */
  readonly name: string;
  /** Such as `pull`, `push`, `delete`, or `*` for all. */
  readonly actions: readonly string[];
}
