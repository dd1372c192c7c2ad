import type { Self } from '../../../lib/contract/mixin.ts';
import { buildPage, DEFAULT_PAGE_ITEMS, decodeCursor } from '../../../lib/contract/page.ts';
import type { Handlers } from '../../../lib/contract/service.ts';
import { type Decide, MissingDocument } from '../../../mixins/store/changes.ts';
import type { Store } from '../../../mixins/store/store.ts';
import { errors } from '../../shared/problems.ts';
import { recordChange } from '../../shared/record-change.ts';
import type { inventoryStaffActions } from './inventory-staff.contract.ts';
import { effectOf, type Movement, movedOut, unpacked } from './ledger.ts';
import { LOW_STOCK_BY_SKU, LOW_STOCK_KEYS, logOf, lowAtOf, type Stock, setLowAt } from './stock.ts';

/** The `inventory` service, as staff's handlers see it. */
export type InventoryService = Self<{ store: Store<Stock> }>;
/** Changes the stock of a SKU, and has told what there is to tell of it. */
export type ChangeStock = <A>(service: InventoryService, sku: string, decide: Decide<Stock, A>) => Promise<A>;

/** The handlers of what staff sees of the stock. */
export const inventoryStaffHandlers = (
  change: ChangeStock,
): Handlers<typeof inventoryStaffActions, InventoryService> => ({
  async list(ctx) {
    const { sku, productId, low, limit, cursor } = ctx.params;
    const filter = {
      ...(sku === undefined ? {} : { _id: sku }),
      ...(productId === undefined ? {} : { productId }),
      ...(low ? { standing: LOW_STOCK_KEYS } : {}),
    };
    // By SKU, either way.
    const order = low ? ({ direction: 1, key: LOW_STOCK_BY_SKU } as const) : ({ direction: 1 } as const);
    const { items, nextCursor } = await this.store.page(filter, { limit, cursor, order, fields: VIEWED });
    return { items: items.map(stockView), nextCursor };
  },

  async read(ctx) {
    return stockView(await stockOf(this, ctx.params.sku));
  },

  async movements(ctx) {
    const { sku, limit = DEFAULT_PAGE_ITEMS, cursor } = ctx.params;
    // First the stock: what has left its log by now is in the ledger, and found there.
    const log = logOf(await stockOf(this, sku));
    const below =
      cursor === undefined ? log.seq + 1 : Math.min(Number(decodeCursor(cursor, ['number'])[0]), log.seq + 1);
    const from = Math.max(1, below - limit - 1);
    const through = movedOut(log);
    const filed =
      from <= through ? await ctx.call('movement.list', { sku, from, below: Math.min(below, through + 1) }) : [];
    const views = filed.map(({ seq, at, ...movement }) => movementView(seq, { ...movement, at: new Date(at) }));
    for (let seq = Math.max(from, through + 1); seq < below; seq++) {
      const text = log.log[seq];
      if (text !== undefined) views.push(movementView(seq, unpacked(text)));
    }
    return buildPage(views.reverse(), limit, ({ seq }) => [seq]);
  },

  async set(ctx) {
    const { sku, lowAt } = ctx.params;
    const { before, after } = await change(this, sku, (stock, now) => {
      const { answer, ...rest } = setLowAt(stock, lowAt, now);
      return { answer: { before: stockView(stock), after: stockView(answer) }, ...rest };
    }).catch(unknownSku);
    recordChange(ctx, { lowAt: before.lowAt }, { lowAt: after.lowAt });
    return after;
  },
});

/** Not the orders that hold or held it, which are most of a popular SKU. */
const VIEWED = [
  ...(['_id', 'productId', 'available', 'reserved', 'sold'] as const),
  ...(['received', 'adjusted', 'lowAt', 'updatedAt'] as const),
] as const;
type Viewed = Pick<Stock, (typeof VIEWED)[number]>;

async function stockOf({ store }: InventoryService, sku: string): Promise<Stock> {
  const found = await store.get(sku);
  if (!found) throw errors.notFound('This SKU');
  return found;
}

function unknownSku(error: unknown): never {
  throw error instanceof MissingDocument ? errors.notFound('This SKU') : error;
}

function stockView(stock: Viewed) {
  const { _id: sku, productId, available, reserved, sold, received, adjusted = 0, updatedAt } = stock;
  const lowAt = lowAtOf(stock);
  return {
    ...{ sku, productId, available, reserved, sold, received, adjusted, lowAt },
    low: available < lowAt,
    updatedAt: updatedAt.toISOString(),
  };
}

function movementView(seq: number, movement: Movement) {
  const { kind, quantity, ref, at, reason, by } = movement;
  return {
    ...{ seq, kind, quantity, effect: effectOf(movement), ref, at: at.toISOString() },
    ...(reason === undefined ? {} : { reason }),
    ...(by === undefined ? {} : { by }),
  };
}
