/** The node kinds; `SERVICES` selects those that a process runs. */
export const NODE_KINDS = ['customer', 'product', 'shopping', 'api', 'watcher'] as const;
export type NodeKind = (typeof NODE_KINDS)[number];
