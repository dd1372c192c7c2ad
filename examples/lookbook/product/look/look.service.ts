import type { Config } from 'moleculer-shop/config';
import type { Rpc } from 'moleculer-shop/contract';
import { dueWork } from 'moleculer-shop/due-work';
import type { Self } from 'moleculer-shop/mixin';
import { errors } from 'moleculer-shop/problems';
import { PARKED_INDEX } from 'moleculer-shop/queue';
import { service } from 'moleculer-shop/service';
import { type Store, store } from 'moleculer-shop/store';
import type { Worker } from 'moleculer-shop/worker';
import { look } from './look.contract.ts';
import { finishCheck, type Look, lookChecks, lookFields, lookView, requestCheck, staffLookView } from './look.ts';

type LookService = Self<{ store: Store<Look>; worker: Worker }>;

export default function lookService(config: Config) {
  return service(look, config, {
    mixins: [
      dueWork<Look, LookService>({
        queue: lookChecks,
        atOnce: 10,
        async work(claimed) {
          const soldIds = await findSold(claimed.productIds, this.broker);
          await this.store.change(claimed._id, (current, now) => finishCheck(current, claimed, soldIds, now));
          await this.broker.broadcast('look.changed', { id: claimed._id });
        },
      }),
      store<Look>(config, {
        node: 'product',
        collection: 'looks',
        indexes: [
          { fields: { isShown: 1, _id: 1 } },
          { fields: { productIds: 1 } },
          { fields: { checkAt: 1 } },
          PARKED_INDEX,
        ],
      }),
    ],

    handlers: {
      async list(ctx) {
        const { items, nextCursor } = await this.store.page({ isShown: true }, ctx.params);
        return { items: items.map(lookView), nextCursor };
      },

      async get(ctx) {
        const found = await this.store.get(ctx.params.id);
        if (!found?.isShown) throw errors.notFound('This look');
        return lookView(found);
      },

      async listAll(ctx) {
        const { items, nextCursor } = await this.store.page({}, ctx.params);
        return { items: items.map(staffLookView), nextCursor };
      },

      async put(ctx) {
        const { id, title, productIds } = ctx.params;
        const soldIds = await findSold(productIds, ctx);
        const fields = lookFields(title, productIds, soldIds, new Date());
        const isNew = await this.store.insert({ _id: id, ...fields });
        if (!isNew) await this.store.change(id, () => ({ answer: undefined, patch: fields }));
        await ctx.broadcast('look.changed', { id });
      },

      async remove(ctx) {
        const { id } = ctx.params;
        await this.store.remove({ _id: id });
        await ctx.broadcast('look.changed', { id });
      },
    },

    events: {
      async 'product.changed'(ctx) {
        const affected = await this.store.find({ productIds: ctx.params.id }, { fields: ['_id'] });
        // What fails here is made good by the daily check, as a lost event is.
        await Promise.allSettled(affected.map(({ _id }) => this.store.change(_id, requestCheck)));
        if (affected.length > 0) this.worker.wake();
      },
    },
  });
}

/** Which of these products are sold. */
async function findSold(ids: readonly string[], rpc: Pick<Rpc, 'call'>): Promise<ReadonlySet<string>> {
  const { items } = await rpc.call('product.lookup', { ids: [...ids] });
  return new Set(items.map(({ id }) => id));
}
