import type { ServiceSchema } from 'moleculer';

/** A collection of a node kind's database. */
interface CollectionName {
  node: string;
  collection: string;
}

/** What the services of a node kind must not share. */
interface OwnedNames {
  collections: readonly CollectionName[];
  /** Of work that is due. */
  queues: readonly string[];
}

const OWNED = Symbol('owned names');

/** Notes on a mixin what it makes its service the owner of. */
export const owning = <M extends object>(mixin: M, names: Partial<OwnedNames>): M =>
  Object.assign(mixin, { [OWNED]: names });

/** What a service owns, by the mixins of its schema. */
export function ownedBy(schema: Partial<ServiceSchema>): OwnedNames {
  const { collections = [], queues = [] } = OWNED in schema ? (schema[OWNED] as Partial<OwnedNames>) : {};
  const mixed = [schema.mixins ?? []].flat().map(ownedBy);
  return {
    collections: [...collections, ...mixed.flatMap((one) => one.collections)],
    queues: [...queues, ...mixed.flatMap((one) => one.queues)],
  };
}
