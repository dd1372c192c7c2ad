import type { ServiceSchema } from 'moleculer';
import { collectionsOf } from '../../mixins/store/collections.ts';
import { type ExtensionFiles, extensionRefusal } from './extension-files.ts';

/**
 * Makes sure that an extension's documents are its own, and in the database of the node kind that runs it.
 * @param others the services of the same node kind
 * @throws {StartError}
 */
export function refuseSharedCollections(
  { kind, serviceFile }: ExtensionFiles,
  schema: ServiceSchema,
  others: readonly ServiceSchema[],
): void {
  const taken = new Map(others.flatMap((other) => collectionsOf(other).map((one) => [one.collection, other.name])));
  for (const { node, collection } of collectionsOf(schema)) {
    if (node !== kind) {
      throw extensionRefusal(`${serviceFile} has a store with node '${node}', but nodes of the kind ${kind} run it`);
    }
    const owner = taken.get(collection);
    if (owner !== undefined) {
      throw extensionRefusal(`${serviceFile} has the collection ${collection}, which belongs to ${owner}`);
    }
    taken.set(collection, schema.name);
  }
}
