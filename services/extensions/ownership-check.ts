import type { ServiceSchema } from 'moleculer';
import { ownedBy } from '../../mixins/owned-names.ts';
import { type ExtensionFiles, extensionRefusal } from './extension-files.ts';

/**
 * Makes sure that an extension's documents and queues are its own, and in the database of the node kind that runs it.
 * @param others the services of the same node kind
 * @throws {StartError}
 */
export function refuseSharedNames(
  { kind, serviceFile }: ExtensionFiles,
  schema: ServiceSchema,
  others: readonly ServiceSchema[],
): void {
  const { collections, queues } = ownedBy(schema);
  const foreign = collections.find(({ node }) => node !== kind);
  if (foreign) {
    throw extensionRefusal(
      `${serviceFile} has a store with node '${foreign.node}', but nodes of the kind ${kind} run it`,
    );
  }
  for (const { collection } of collections) {
    const owner = others.find((other) => ownedBy(other).collections.some((one) => one.collection === collection));
    if (owner)
      throw extensionRefusal(`${serviceFile} has the collection ${collection}, which belongs to ${owner.name}`);
  }
  for (const queue of queues) {
    const owner = others.find((other) => ownedBy(other).queues.includes(queue));
    if (owner) throw extensionRefusal(`${serviceFile} has the queue ${queue}, which belongs to ${owner.name}`);
  }
}
