import type { Self } from '../../../lib/contract/mixin.ts';
import { buildPage, DEFAULT_PAGE_ITEMS, decodeCursor } from '../../../lib/contract/page.ts';
import type { Handlers } from '../../../lib/contract/service.ts';
import { type Decide, MissingDocument } from '../../../mixins/store/changes.ts';
import type { Store } from '../../../mixins/store/store.ts';
import { errors } from '../../shared/problems.ts';
import { recordChange } from '../../shared/record-change.ts';
import type { inventoryStaffActions } from './inventory-staff.contract.ts';
import { effectOf, type Movement, trimmedThrough, unpackMovement } from './ledger.ts';
import { LOW_STOCK_BY_SKU, LOW_STOCK_KEYS, logOf, lowAtOf, type Stock, setLowAt } from './stock.ts';

/** The `inventory` service, as staff's handlers see it. */
export type InventoryService = Self<{ store: Store<Stock> }>;
/** Changes the stock of a SKU, and announces the change. */
export type ChangeStock = <A>(service: InventoryService, sku: string, decide: Decide<Stock, A>) => Promise<A>;

/** The handlers of the stock views for staff. */
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
    // Both orders are by SKU.
    const order = low ? ({ direction: 1, key: LOW_STOCK_BY_SKU } as const) : ({ direction: 1 } as const);
    const { items, nextCursor } = await this.store.page(filter, { limit, cursor, order, fields: VIEWED_FIELDS });
    return { items: items.map(stockView), nextCursor };
  },

  async read(ctx) {
    return stockView(await requireStock(this, ctx.params.sku));
  },

  async movements(ctx) {
    const { sku, limit = DEFAULT_PAGE_ITEMS, cursor } = ctx.params;
    // The stock is read first: movements trimmed from its log by then are in the ledger.
    const log = logOf(await requireStock(this, sku));
    const below =
      cursor === undefined ? log.seq + 1 : Math.min(Number(decodeCursor(cursor, ['number'])[0]), log.seq + 1);
    const from = Math.max(1, below - limit - 1);
    const through = trimmedThrough(log);
    const filed =
      from <= through ? await ctx.call('movement.list', { sku, from, below: Math.min(below, through + 1) }) : [];
    const views = filed.map(({ seq, at, ...movement }) => movementView(seq, { ...movement, at: new Date(at) }));
    for (let seq = Math.max(from, through + 1); seq < below; seq++) {
      const text = log.log[seq];
      if (text !== undefined) views.push(movementView(seq, unpackMovement(text)));
    }
    return buildPage(views.reverse(), limit, ({ seq }) => [seq]);
  },

  async set(ctx) {
    const { sku, lowAt } = ctx.params;
    const { before, after } = await change(this, sku, (stock, now) => {
      const { answer, ...rest } = setLowAt(stock, lowAt, now);
      return { answer: { before: stockView(stock), after: stockView(answer) }, ...rest };
    }).catch(refuseUnknownSku);
    recordChange(ctx, { lowAt: before.lowAt }, { lowAt: after.lowAt });
    return after;
  },
});

/** Without the reservations, which are most of a popular SKU's document. */
const VIEWED_FIELDS = [
  ...(['_id', 'productId', 'available', 'reserved', 'sold'] as const),
  ...(['received', 'adjusted', 'lowAt', 'updatedAt'] as const),
] as const;
type ViewedStock = Pick<Stock, (typeof VIEWED_FIELDS)[number]>;

async function requireStock({ store }: InventoryService, sku: string): Promise<Stock> {
  const found = await store.get(sku);
  if (!found) throw errors.notFound('This SKU');
  return found;
}

function refuseUnknownSku(error: unknown): never {
  throw error instanceof MissingDocument ? errors.notFound('This SKU') : error;
}

function stockView(stock: ViewedStock) {
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
