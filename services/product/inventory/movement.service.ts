import { service } from '../../../lib/contract/service.ts';
import type { Config } from '../../../lib/process/config.ts';
import { type Store, store } from '../../../mixins/store/store.ts';
import { NOTHING, plus, type Totals, totalOf } from './ledger.ts';
import type { Entry } from './ledger-writer.ts';
import { movement } from './movement.contract.ts';

type Filed = Entry & { _id: string; rev: number };

const PAGE = 1000;
/** How many SKUs are added up side by side. */
const AT_ONCE = 8;

/** Its place in the ledger: the entries of a SKU stand together, in their order. */
const idOf = (sku: string, seq: number): string =>
  `${sku.replaceAll('%', '%25').replaceAll(':', '%3A')}:${String(seq).padStart(12, '0')}`;

const between = (sku: string, from: number, below: number) => ({
  _id: { $gte: idOf(sku, from), $lt: idOf(sku, below) },
});

export default function movementService(config: Config) {
  return service(movement, config, {
    mixins: [store<Filed>(config, { node: 'product', collection: 'movements' })],

    handlers: {
      async append(ctx) {
        const docs = ctx.params.entries.map(({ at, ...entry }) => ({
          _id: idOf(entry.sku, entry.seq),
          ...entry,
          at: new Date(at),
        }));
        await this.store.insertNew(docs);
      },

      async list(ctx) {
        const { sku, from, below } = ctx.params;
        const found = await this.store.find(between(sku, from, below), { sort: { _id: 1 } });
        return found.map(({ _id, rev: _rev, at, ...entry }) => ({ ...entry, at: +at }));
      },

      async totals(ctx) {
        const left = [...ctx.params.of];
        const totals: ({ sku: string; count: number } & Totals)[] = [];
        const work = async () => {
          for (let next = left.pop(); next; next = left.pop()) {
            totals.push({ sku: next.sku, ...(await added(this.store, next.sku, next.through)) });
          }
        };
        await Promise.all(Array.from({ length: AT_ONCE }, work));
        return totals;
      },
    },
  });
}

async function added(store: Store<Filed>, sku: string, through: number): Promise<{ count: number } & Totals> {
  let [count, totals] = [0, NOTHING];
  for (let from = 1; from <= through; from += PAGE) {
    const below = Math.min(from + PAGE, through + 1);
    const found = await store.find(between(sku, from, below), { fields: ['kind', 'quantity'] });
    count += found.length;
    totals = plus(totals, totalOf(found));
  }
  return { count, ...totals };
}
