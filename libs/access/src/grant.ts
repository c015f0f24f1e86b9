/** A right that a token carries: an entry of the claim `access` of Distribution's tokens. */
export interface Grant {
  readonly type: 'repository' | 'registry';
  /** Name of a repository, or `catalog`. */
  readonly name: string;
  /** Whether the name is a pattern of names, as in policies. Only credentials that we keep ourselves have such grants. */
  readonly isPattern?: true;
  /** Such as `pull`, `push`, `delete`, or `*` for all. */
  readonly actions: readonly string[];
}
