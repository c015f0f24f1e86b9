/**
 * What somebody wants to do. `push` stores content and sets tags that are new; `overwrite` points a tag that is there to
 * another manifest. `catalog` and `administer` are for the registry as a whole.
 */
export const ACTIONS = ['pull', 'push', 'overwrite', 'delete', 'catalog', 'administer'] as const;

export type Action = (typeof ACTIONS)[number];
