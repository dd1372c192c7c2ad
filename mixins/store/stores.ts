import { setTimeout as sleep } from 'node:timers/promises';
import type { Service } from 'moleculer';
import type { Mixin } from '../../lib/contract/mixin.ts';
import type { Config } from '../../lib/process/config.ts';
import { owning } from '../owned-names.ts';
import type { Index } from './engine.ts';
import type { Versioned } from './patch.ts';
import { type Adapter, adapterOf, DocumentStore, type Store, type StoreOptions } from './store.ts';

/** The field that `stores` adds: a store for each name. */
export interface Stores<D> {
  stores: { readonly [N in keyof D]: Store<D[N]> };
}

/** A service with the fields of this mixin. */
type StoresService = Service & { furtherCollections: Collection[]; stores: object };

interface Collection {
  adapter: Adapter;
  indexes: readonly Index[];
}

/** Pause between two attempts to connect, the same as in moleculer-db. */
const RECONNECT_MS = 1000;

/**
 * The mixin that adds `this.stores`: further collections of a service besides that of `store`, in the same database. After a
 * worker in the list of mixins, it is connected before the worker starts and closed after the worker has stopped.
 */
export function stores<D extends { [N in keyof D]: Versioned }>(
  config: Config,
  node: StoreOptions<Versioned>['node'],
  collections: { readonly [N in keyof D]: Omit<StoreOptions<D[N]>, 'node' | 'written'> },
): Mixin<Stores<D>> {
  const names = Object.values<{ collection: string }>(collections).map(({ collection }) => ({ node, collection }));
  const mixin: Mixin<Stores<D>> = {
    created(this: Service) {
      const self = this as StoresService;
      self.furtherCollections = [];
      const openStore = <N extends keyof D>(name: N) => {
        const options: StoreOptions<D[N]> = { ...collections[name], node };
        const adapter = adapterOf(config, options);
        adapter.init(this.broker, this);
        self.furtherCollections.push({ adapter, indexes: options.indexes ?? [] });
        return [name, new DocumentStore<D[N]>(adapter, options, () => undefined)] as const;
      };
      self.stores = Object.fromEntries((Object.keys(collections) as (keyof D)[]).map(openStore));
    },

    async started(this: Service) {
      for (const { adapter, indexes } of (this as StoresService).furtherCollections) {
        await connectWithRetry(adapter, this);
        await adapter.ensureIndexes(indexes);
      }
    },

    async stopped(this: Service) {
      for (const { adapter } of (this as StoresService).furtherCollections) await adapter.disconnect();
    },
  };
  return owning(mixin, { collections: names });
}

/** Connects, trying again until the database can be reached. */
async function connectWithRetry(adapter: Adapter, { logger }: Service): Promise<void> {
  for (;;) {
    try {
      return await adapter.connect();
    } catch (error) {
      logger.error('a collection could not be opened; trying again', error);
      await sleep(RECONNECT_MS);
    }
  }
}
