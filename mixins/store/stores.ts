import { setTimeout as sleep } from 'node:timers/promises';
import type { Service } from 'moleculer';
import type { Mixin } from '../../lib/contract/mixin.ts';
import type { Config } from '../../lib/process/config.ts';
import { owning } from '../owned-names.ts';
import type { Index } from './engine.ts';
import type { Versioned } from './patch.ts';
import { type Adapter, adapterOf, DocumentStore, type Store, type StoreOptions } from './store.ts';

/** What `stores` brings: a store for each name. */
export interface Stores<D> {
  stores: { readonly [N in keyof D]: Store<D[N]> };
}

/** What a service has of this mixin. */
type Mixed = Service & { furtherCollections: Collection[]; stores: object };

interface Collection {
  adapter: Adapter;
  indexes: readonly Index[];
}

/** Between two attempts to connect, as moleculer-db has it. */
const RECONNECT_MS = 1000;

/**
 * Mixes in `this.stores`: collections that a service has besides the one of `store`, in the same database. What only one
 * service reads and changes needs no service of its own. Behind a worker in the list of mixins, it is ready before the
 * worker starts and closed after it has stopped.
 */
export function stores<D extends { [N in keyof D]: Versioned }>(
  config: Config,
  node: StoreOptions<Versioned>['node'],
  collections: { readonly [N in keyof D]: Omit<StoreOptions<D[N]>, 'node' | 'written'> },
): Mixin<Stores<D>> {
  const names = Object.values<{ collection: string }>(collections).map(({ collection }) => ({ node, collection }));
  const mixin: Mixin<Stores<D>> = {
    created(this: Service) {
      const self = this as Mixed;
      self.furtherCollections = [];
      const opened = <N extends keyof D>(name: N) => {
        const options: StoreOptions<D[N]> = { ...collections[name], node };
        const adapter = adapterOf(config, options);
        adapter.init(this.broker, this);
        self.furtherCollections.push({ adapter, indexes: options.indexes ?? [] });
        return [name, new DocumentStore<D[N]>(adapter, options, () => undefined)] as const;
      };
      self.stores = Object.fromEntries((Object.keys(collections) as (keyof D)[]).map(opened));
    },

    async started(this: Service) {
      for (const { adapter, indexes } of (this as Mixed).furtherCollections) {
        await connected(adapter, this);
        await adapter.ensureIndexes(indexes);
      }
    },

    async stopped(this: Service) {
      for (const { adapter } of (this as Mixed).furtherCollections) await adapter.disconnect();
    },
  };
  return owning(mixin, { collections: names });
}

/** Resolves once the database is reached, however long that takes. */
async function connected(adapter: Adapter, { logger }: Service): Promise<void> {
  for (;;) {
    try {
      return await adapter.connect();
    } catch (error) {
      logger.error('a collection could not be opened, is tried again', error);
      await sleep(RECONNECT_MS);
    }
  }
}
