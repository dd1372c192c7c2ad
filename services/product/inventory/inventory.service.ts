import { Readable } from 'node:stream';
import { service } from '../../../lib/contract/service.ts';
import type { Config } from '../../../lib/process/config.ts';
import { readAuditPage } from '../../../mixins/store/audit-page.ts';
import { acknowledge } from '../../../mixins/store/idempotency-log.ts';
import { store } from '../../../mixins/store/store.ts';
import { sampleStock, seed } from '../seed/load.ts';
import { availabilityOf, DEFAULT_LOW_AT } from './availability.ts';
import { applyCorrection } from './correction.ts';
import { inventory } from './inventory.contract.ts';
import { type ChangeStock, inventoryStaffHandlers } from './inventory-staff.ts';
import { sumLog, trimmedThrough } from './ledger.ts';
import { LedgerWriter } from './ledger-writer.ts';
import { LevelAnnouncer } from './level-announcer.ts';
import {
  close,
  commit,
  logOf,
  lowAtOf,
  newStock,
  receiveStock,
  release,
  reserve,
  type Stock,
  takeBack,
  withLowStock,
  withTrimmedLog,
} from './stock.ts';

export default function inventoryService(config: Config) {
  let announcer: LevelAnnouncer | undefined;
  let ledger: LedgerWriter | undefined;

  const changeBy =
    (write: 'change' | 'changeSoon'): ChangeStock =>
    async ({ store, broker, logger }, sku, decide) => {
      const { answer, lowStock } = await store[write](sku, (stock, now) =>
        withLowStock(stock, withTrimmedLog(stock, decide(stock, now), ledger?.filedThrough(sku) ?? 0)),
      );
      if (lowStock) {
        logger.info(`Low stock of ${sku}: ${lowStock.available} available, threshold ${lowStock.lowAt}`);
        void broker.emit('inventory.low', lowStock);
      }
      return answer;
    };
  const change = changeBy('change');
  const changeSoon = changeBy('changeSoon');

  return service(inventory, config, {
    mixins: [
      store<Stock>(config, {
        node: 'product',
        collection: 'stock',
        indexes: [
          // `levels` since a time, by which projections catch up. A reservation moves the document in it, a sale does not.
          { fields: { updatedAt: 1 } },
          // `list` of a product's SKUs, in order. Orders do not change it.
          { fields: { productId: 1, _id: 1 } },
          // `list` of the SKUs that are low, in order. Changes when a SKU becomes low, or is no longer.
          { fields: { standing: 1 } },
        ],
        watched: ['productId', 'available', 'lowAt'],
        written(stock, before) {
          ledger?.enqueueNew(stock);
          if (isAnnounced(stock, before)) announcer?.announce(levelOf(stock));
        },
      }),
    ],

    handlers: {
      ...inventoryStaffHandlers(change),

      async open(ctx) {
        const { items } = ctx.params;
        const now = new Date();
        const openedCount = await this.store.insertNew(
          items.map(({ sku, productId, pieces = 0 }) => newStock(sku, productId, pieces, now)),
        );
        if (openedCount === items.length) {
          for (const { sku, productId, pieces = 0 } of items)
            if (pieces > 0) announcer?.announce(levelOf(newStock(sku, productId, pieces, now)));
          return;
        }
        // A SKU may move to another product, and its stock goes with it.
        const owners = new Map(items.map(({ sku, productId }) => [sku, productId]));
        const known = await this.store.find({ _id: { $in: [...owners.keys()] } }, { fields: ['_id', 'productId'] });
        for (const { _id: sku, productId: before } of known) {
          const productId = owners.get(sku) ?? before;
          if (productId === before) continue;
          await change(this, sku, (_stock, updatedAt) => ({ answer: undefined, patch: { productId, updatedAt } }));
        }
      },

      reserve(ctx) {
        const { sku, orderId, quantity } = ctx.params;
        return change(this, sku, (stock, now) => reserve(stock, orderId, quantity, now));
      },

      commit(ctx) {
        const { sku, orderId } = ctx.params;
        return changeSoon(this, sku, (stock, now) => commit(stock, orderId, now));
      },

      release(ctx) {
        const { sku, orderId } = ctx.params;
        return change(this, sku, (stock, now) => release(stock, orderId, now));
      },

      close(ctx) {
        const { sku, orderId } = ctx.params;
        return change(this, sku, (stock, now) => close(stock, orderId, now));
      },

      takeBack(ctx) {
        const { sku, ...command } = ctx.params;
        return change(this, sku, (stock, now) => takeBack(stock, command, now));
      },

      receive(ctx) {
        const { sku, ...command } = ctx.params;
        return change(this, sku, (stock, now) => receiveStock(stock, command, now));
      },

      post(ctx) {
        const { sku, ...command } = ctx.params;
        return change(this, sku, (stock, now) => applyCorrection(stock, command, now));
      },

      forget(ctx) {
        const { sku, key } = ctx.params;
        return change(this, sku, (stock, now) => acknowledge(stock, key, now));
      },

      books(ctx) {
        return readAuditPage(this.store, ctx.params, (stock) => {
          const { _id: sku, rev, available, reserved, sold, received, adjusted = 0, res } = stock;
          const log = logOf(stock);
          const logged = sumLog(log);
          return { sku, rev, available, reserved, sold, received, adjusted, res, filed: trimmedThrough(log), logged };
        });
      },

      levels(ctx) {
        const { since } = ctx.params;
        const filter = since === undefined ? {} : { updatedAt: { $gte: new Date(since) } };
        const batches = this.store.scan(filter, { batch: LEVELS_PER_BATCH, fields: LEVEL_FIELDS });
        return Readable.from(batches).map((stocks: LevelSource[]) => stocks.map(levelOf));
      },

      async current(ctx) {
        return (await this.store.find({ _id: { $in: ctx.params.skus } }, { fields: LEVEL_FIELDS })).map(levelOf);
      },

      async quantities(ctx) {
        const fields = ['_id', 'available', 'reserved'] as const;
        const stocks = await this.store.find({ _id: { $in: ctx.params.skus } }, { fields });
        return stocks.map(({ _id: sku, available, reserved }) => ({ sku, available, reserved }));
      },
    },

    created() {
      announcer = new LevelAnnouncer((levels) => this.broker.broadcast('inventory.changed', { levels }));
      ledger = new LedgerWriter(
        (blocks) => this.broker.call('movement.append', { blocks }),
        (error) => this.logger.warn('Stock movements are not in the ledger yet; the stock documents keep them', error),
      );
    },

    async started() {
      if (config.seed) await seed(this.store, () => sampleStock(config.currency));
    },

    async stopped() {
      await ledger?.stop();
    },
  });
}

/** Without the reservations, which are most of a popular SKU's document. */
const LEVEL_FIELDS = ['_id', 'productId', 'available', 'sold', 'lowAt'] as const;

/** Nearly all sales change a number that shoppers do not see; the catch-up of each node reads those. */
const isAnnounced = (stock: Stock, { productId, available, lowAt }: Partial<Stock>): boolean =>
  productId !== stock.productId ||
  available === undefined ||
  availabilityOf({ available, lowAt: lowAt ?? DEFAULT_LOW_AT }) !== availabilityOf(levelOf(stock));

type LevelSource = Pick<Stock, (typeof LEVEL_FIELDS)[number]>;
const LEVELS_PER_BATCH = 1000;

const levelOf = (stock: LevelSource) => ({
  sku: stock._id,
  productId: stock.productId,
  available: stock.available,
  sold: stock.sold,
  lowAt: lowAtOf(stock),
});
