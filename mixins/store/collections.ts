import type { ServiceSchema } from 'moleculer';

/** A collection of a node kind's database. */
interface CollectionName {
  node: string;
  collection: string;
}

const COLLECTIONS = Symbol('collections');

/** Notes on a mixin which collections it opens. */
export const withCollections = <M extends object>(mixin: M, collections: readonly CollectionName[]): M =>
  Object.assign(mixin, { [COLLECTIONS]: collections });

/** The collections that a service opens, by the mixins of its schema. */
export function collectionsOf(schema: Partial<ServiceSchema>): CollectionName[] {
  const own = COLLECTIONS in schema ? (schema[COLLECTIONS] as readonly CollectionName[]) : [];
  return [...own, ...[schema.mixins ?? []].flat().flatMap(collectionsOf)];
}
