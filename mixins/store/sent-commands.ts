import { channel } from 'node:diagnostics_channel';

/** A command that a store of this process sent to MongoDB. */
export interface SentCommand {
  kind: 'read' | 'write';
  /** Number of documents that it writes, by collection; for a read, the collection with 0. */
  writes: ReadonlyMap<string, number>;
}

/** All stores of this process publish their commands here, as `SentCommand`. Without subscribers it costs nothing. */
export const sentCommands = channel('store-commands');

export function publishRead(collection: string): void {
  if (!sentCommands.hasSubscribers) return;
  sentCommands.publish({ kind: 'read', writes: new Map([[collection, 0]]) } satisfies SentCommand);
}

/** @param documents number of documents that the command writes; of a removal by a filter, 1 */
export function publishWrite(collection: string, documents = 1): void {
  if (!sentCommands.hasSubscribers) return;
  sentCommands.publish({ kind: 'write', writes: new Map([[collection, documents]]) } satisfies SentCommand);
}

/** One command that writes a document for each entry. @param namespaces `<database>.<collection>` of each document */
export function publishGroupWrite(namespaces: readonly string[]): void {
  if (!sentCommands.hasSubscribers) return;
  const writes = new Map<string, number>();
  for (const namespace of namespaces) {
    const collection = namespace.slice(namespace.indexOf('.') + 1);
    writes.set(collection, (writes.get(collection) ?? 0) + 1);
  }
  sentCommands.publish({ kind: 'write', writes } satisfies SentCommand);
}
