import { service } from '../../../lib/contract/service.ts';
import { mapConcurrently } from '../../../lib/process/concurrency.ts';
import type { Config } from '../../../lib/process/config.ts';
import { type Store, store } from '../../../mixins/store/store.ts';
import { addQuantities, NO_QUANTITIES, type StockQuantities, sumMovements } from './ledger.ts';
import { movement } from './movement.contract.ts';
import { movementRange, movementsIn, type StoredMovements, storedBlock } from './movement-block.ts';

const MOVEMENTS_PER_READ = 1000;
const MAX_CONCURRENT_SKUS = 8;

export default function movementService(config: Config) {
  return service(movement, config, {
    mixins: [store<StoredMovements>(config, { node: 'product', collection: 'movements' })],

    handlers: {
      async append(ctx) {
        await this.store.insertNew(ctx.params.blocks.map(storedBlock));
      },

      async list(ctx) {
        const { sku, from, below } = ctx.params;
        const found = await this.store.find(movementRange(sku, from, below));
        return movementsIn(found, { from, below }).map(({ at, ...entry }) => ({ ...entry, at: +at }));
      },

      totals(ctx) {
        return mapConcurrently(ctx.params.of, MAX_CONCURRENT_SKUS, async ({ sku, through }) => ({
          sku,
          ...(await sumLedger(this.store, sku, through)),
        }));
      },
    },
  });
}

/** Count and sum of the movements of a SKU up to number `through`. */
async function sumLedger(
  store: Store<StoredMovements>,
  sku: string,
  through: number,
): Promise<{ count: number } & StockQuantities> {
  let [count, totals] = [0, NO_QUANTITIES];
  for (let from = 1; from <= through; from += MOVEMENTS_PER_READ) {
    const below = Math.min(from + MOVEMENTS_PER_READ, through + 1);
    const found = movementsIn(await store.find(movementRange(sku, from, below)), { from, below });
    count += found.length;
    totals = addQuantities(totals, sumMovements(found));
  }
  return { count, ...totals };
}
