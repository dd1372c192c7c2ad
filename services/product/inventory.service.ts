import { emptyAllotment, forget } from '../../lib/allotment.ts';
import { readPage } from '../../lib/books.ts';
import type { Config } from '../../lib/config.ts';
import { service } from '../../lib/service.ts';
import { type Store, store } from '../../mixins/store.ts';
import { Announcer } from './announcer.ts';
import { inventory } from './inventory.contract.ts';
import { sampleStock, seed } from './seed/load.ts';
import { close, commit, receive, release, reserve, type Stock, takeBack } from './stock.ts';

export default function inventoryService(config: Config) {
  let announcer: Announcer | undefined;

  return service<{ store: Store<Stock> }>()(inventory, config, {
    mixins: [
      store<Stock>(config, {
        node: 'product',
        collection: 'stock',
        indexes: [{ fields: { updatedAt: 1 } }],
        written({ _id: sku, productId, available }) {
          announcer?.say({ sku, productId, available });
        },
      }),
    ],

    handlers: {
      async open(ctx) {
        const { items } = ctx.params;
        const updatedAt = new Date();
        const empty = { ...emptyAllotment(0), received: 0, updatedAt };
        const isNew = await this.store.insertNew(
          items.map(({ sku, productId }) => ({ _id: sku, productId, ...empty })),
        );
        if (isNew === items.length) return;
        // A SKU may move to another product, and its stock goes with it.
        const known = await this.store.find(
          { _id: { $in: items.map(({ sku }) => sku) } },
          { fields: ['_id', 'productId'] },
        );
        const owners = new Map(items.map(({ sku, productId }) => [sku, productId]));
        for (const { _id: sku, productId: before } of known) {
          const productId = owners.get(sku);
          if (productId === undefined || productId === before) continue;
          await this.store.change(sku, () => ({ answer: undefined, patch: { productId, updatedAt } }));
        }
      },

      reserve(ctx) {
        const { sku, orderId, quantity } = ctx.params;
        return this.store.change(sku, (stock, now) => reserve(stock, orderId, quantity, now));
      },

      commit(ctx) {
        const { sku, orderId } = ctx.params;
        return this.store.change(sku, (stock, now) => commit(stock, orderId, now));
      },

      release(ctx) {
        const { sku, orderId } = ctx.params;
        return this.store.change(sku, (stock, now) => release(stock, orderId, now));
      },

      close(ctx) {
        const { sku, orderId } = ctx.params;
        return this.store.change(sku, (stock, now) => close(stock, orderId, now));
      },

      takeBack(ctx) {
        const { sku, ...command } = ctx.params;
        return this.store.change(sku, (stock, now) => takeBack(stock, command, now));
      },

      receive(ctx) {
        const { sku, ...command } = ctx.params;
        return this.store.change(sku, (stock, now) => receive(stock, command, now));
      },

      forget(ctx) {
        const { sku, key } = ctx.params;
        return this.store.change(sku, (stock, now) => forget(stock, key, now));
      },

      books(ctx) {
        return readPage(this.store, ctx.params, ({ _id: sku, rev, available, reserved, sold, received, res }) => ({
          sku,
          rev,
          available,
          reserved,
          sold,
          received,
          res,
        }));
      },

      async levels(ctx) {
        const changed = await this.store.find(
          { updatedAt: { $gte: new Date(ctx.params.since) } },
          // Without the orders that hold or held it, which are most of a popular SKU.
          { fields: ['_id', 'productId', 'available'] },
        );
        return changed.map(({ _id, productId, available }) => ({ sku: _id, productId, available }));
      },
    },

    created() {
      announcer = new Announcer((levels) => this.broker.broadcast('inventory.changed', { levels }));
    },

    async started() {
      if (config.seed) await seed(this.store, await sampleStock(config.currency));
    },
  });
}
