import { service } from '../../../lib/contract/service.ts';
import { mapConcurrently } from '../../../lib/process/concurrency.ts';
import type { Config } from '../../../lib/process/config.ts';
import { type Store, store } from '../../../mixins/store/store.ts';
import { addQuantities, NO_QUANTITIES, type StockQuantities, sumMovements } from './ledger.ts';
import type { MovementEntry } from './ledger-writer.ts';
import { movement } from './movement.contract.ts';

type StoredEntry = MovementEntry & { _id: string; rev: number };

const ENTRIES_PER_READ = 1000;
const MAX_CONCURRENT_SKUS = 8;

/** An id that sorts the entries by SKU, then by number. */
const entryId = (sku: string, seq: number): string =>
  `${sku.replaceAll('%', '%25').replaceAll(':', '%3A')}:${String(seq).padStart(12, '0')}`;

const seqRange = (sku: string, from: number, below: number) => ({
  _id: { $gte: entryId(sku, from), $lt: entryId(sku, below) },
});

export default function movementService(config: Config) {
  return service(movement, config, {
    mixins: [store<StoredEntry>(config, { node: 'product', collection: 'movements' })],

    handlers: {
      async append(ctx) {
        const docs = ctx.params.entries.map(({ at, ...entry }) => ({
          _id: entryId(entry.sku, entry.seq),
          ...entry,
          at: new Date(at),
        }));
        await this.store.insertNew(docs);
      },

      async list(ctx) {
        const { sku, from, below } = ctx.params;
        const found = await this.store.find(seqRange(sku, from, below), { sort: { _id: 1 } });
        return found.map(({ _id, rev: _rev, at, ...entry }) => ({ ...entry, at: +at }));
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
  store: Store<StoredEntry>,
  sku: string,
  through: number,
): Promise<{ count: number } & StockQuantities> {
  let [count, totals] = [0, NO_QUANTITIES];
  for (let from = 1; from <= through; from += ENTRIES_PER_READ) {
    const below = Math.min(from + ENTRIES_PER_READ, through + 1);
    const found = await store.find(seqRange(sku, from, below), { fields: ['kind', 'quantity'] });
    count += found.length;
    totals = addQuantities(totals, sumMovements(found));
  }
  return { count, ...totals };
}
