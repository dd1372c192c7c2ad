import { hasTime } from '../../../mixins/due-work/queue.ts';
import type { Store } from '../../../mixins/store/store.ts';
import type { Worker } from '../../../mixins/worker.ts';
import { applyDuePrices } from './price-change.ts';
import type { Product } from './product.ts';

/** Prices are applied at their time; this search is for those of which no event has told. */
const SEARCH_INTERVAL_MS = 30_000;
/** Pause after a failed search. */
const RETRY_MS = 1000;
/** Spreads the nodes, so that the first has applied a price when the next one looks. */
const JITTER_MS = 200;
const MAX_PRODUCTS_PER_SEARCH = 1000;

interface Parts {
  store: Pick<Store<Product>, 'find' | 'change'>;
  worker: Pick<Worker, 'repeat'>;
}

/**
 * Applies scheduled prices at their time, in a loop of its own: many of them must not delay the projection.
 * @returns tells the loop of a product that is new or changed
 */
export function startPriceClock({ store, worker }: Parts): (product: Pick<Product, 'nextPriceAt'>) => void {
  const wake = worker.repeat({
    every: SEARCH_INTERVAL_MS,
    async run() {
      let next: number | undefined = Date.now() + RETRY_MS;
      try {
        next = await applyScheduledPrices(store);
      } finally {
        wakeNear(next);
      }
    },
  });
  const wakeNear = (time: number | undefined) => {
    if (time !== undefined) wake(time + JITTER_MS * Math.random());
  };
  return ({ nextPriceAt }) => wakeNear(nextPriceAt ? +nextPriceAt : undefined);
}

/**
 * Applies the prices that are due; the first node that finds them does it.
 * @returns when the next one is due, in ms; undefined if none is scheduled
 */
async function applyScheduledPrices(products: Parts['store']): Promise<number | undefined> {
  const now = Date.now();
  const scheduled = await products.find(hasTime('nextPriceAt'), {
    sort: { nextPriceAt: 1 },
    limit: MAX_PRODUCTS_PER_SEARCH,
    fields: ['_id', 'nextPriceAt'],
  });
  for (const { _id, nextPriceAt } of scheduled) {
    if (Number(nextPriceAt) > now) return Number(nextPriceAt);
    await products.change(_id, applyDuePrices);
  }
  // Behind a full page of due products there may be more.
  return scheduled.length === MAX_PRODUCTS_PER_SEARCH ? now : undefined;
}
