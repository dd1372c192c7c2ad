import type { Rpc } from '../../../lib/contract/contract.ts';
import type { Store } from '../../../mixins/store/store.ts';
import { isProblem } from '../../shared/problem-codes.ts';
import { errors } from '../../shared/problems.ts';
import type { Item } from '../cart/cart.ts';
import { begin, consume, doubtful, drop, type Hold, held, type Reservation, released, review } from './hold.ts';
import { grantHold, type HoldLimits, refuseTooManyPieces } from './hold-limits.ts';

const BATCH = 50;

/** What keeping holds works with. */
export interface Keeper {
  store: Pick<Store<Hold>, 'get' | 'find' | 'change'>;
  rpc: Pick<Rpc, 'call'>;
}

/**
 * Reserves the items under the id of an order to come, within the customer's limits. What was on hold before is given back
 * first.
 * @throws limit-reached, and then what was on hold stays so; out-of-stock, and then nothing is held; unavailable when another hold of this customer came between
 */
export async function hold(customerId: string, wanted: Reservation, limits: HoldLimits, keeper: Keeper): Promise<Hold> {
  const { store, rpc } = keeper;
  const { orderId, items } = wanted;
  refuseTooManyPieces(items, limits);
  const begun = await store.change(customerId, (doc, now) => {
    const { until, usage } = grantHold(doc, limits, now);
    return begin(doc, wanted, until, now, usage);
  });
  await giveBack(begun, keeper);
  const results = await Promise.all(
    items.map(async ({ sku, quantity }) => ({
      sku,
      requested: quantity,
      ...(await rpc.call('inventory.reserve', { sku, orderId, quantity }).catch(noneIfUnknown)),
    })),
  );
  if (results.every(({ outcome }) => outcome === 'reserved')) {
    const made = await store.change(customerId, (doc, now) => held(doc, orderId, now));
    if (made) return made;
  }
  await giveBack(await store.change(customerId, (doc, now) => drop(doc, orderId, now)), keeper);
  const short = results.filter(({ outcome }) => outcome === 'short');
  // Closed, or complete but given up: whoever began another hold has released this one.
  if (short.length === 0) throw errors.unavailable('Another hold has taken the place of this one.');
  throw errors.outOfStock(short.map(({ sku, requested, available }) => ({ sku, requested, available })));
}

/** Gives back what is on hold, unless an order has it. */
export async function letGo(customerId: string, keeper: Keeper): Promise<void> {
  if (!(await keeper.store.get(customerId))) return;
  await giveBack(await keeper.store.change(customerId, (doc, now) => drop(doc, undefined, now)), keeper);
}

/** See `consume`; what was on hold for something else is given back before the answer. */
export async function consumeHold(
  customerId: string,
  cartClaim: string,
  items: readonly Item[],
  keeper: Keeper,
): Promise<string | null> {
  const known = await keeper.store.get(customerId);
  if (!known || known.nextAt === null) return null;
  const { orderId, hold } = await keeper.store.change(customerId, (doc, now) => consume(doc, cartClaim, items, now));
  if (orderId === null) await giveBack(hold, keeper);
  return orderId;
}

/** Looks after holds whose time has come. @throws why the first of those failed that did; the others are done */
export async function keepHolds(keeper: Keeper): Promise<void> {
  const overdue = { $gt: new Date(0), $lte: new Date() };
  const due = await keeper.store.find({ nextAt: overdue }, { sort: { nextAt: 1 }, limit: BATCH });
  const results = await Promise.allSettled(due.map((hold) => keep(hold, keeper)));
  const failed = results.find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}

async function keep(hold: Hold, keeper: Keeper): Promise<void> {
  const { store, rpc } = keeper;
  const known = await Promise.all(
    doubtful(hold, new Date()).map(async (one) => [one.orderId, await cameToBe(one, rpc)] as const),
  );
  await giveBack(await store.change(hold._id, (doc, now) => review(doc, new Map(known), now)), keeper);
}

/**
 * Whether the order of a reservation is there. When not, it may still be about to: so the reservation is closed first,
 * and looked for again. An order that found it open is stored by then; one that comes later is refused.
 */
async function cameToBe({ orderId, items }: Reservation, rpc: Keeper['rpc']): Promise<boolean> {
  if (await rpc.call('order.exists', { orderId })) return true;
  await Promise.all(items.map(({ sku }) => rpc.call('inventory.close', { sku, orderId }).catch(noneIfUnknown)));
  return rpc.call('order.exists', { orderId });
}

/** Gives unwanted reservations back, each closed against a reserve that is still under way. */
async function giveBack({ _id, releasing }: Hold, { store, rpc }: Keeper): Promise<void> {
  if (releasing.length === 0) return;
  await Promise.all(
    releasing.flatMap(({ orderId, items }) =>
      items.map(({ sku }) => rpc.call('inventory.release', { sku, orderId }).catch(noneIfUnknown)),
    ),
  );
  const orderIds = releasing.map(({ orderId }) => orderId);
  await store.change(_id, (doc, now) => released(doc, orderIds, now));
}

/** There is none of a SKU that was never stocked. */
function noneIfUnknown(error: unknown) {
  if (isProblem(error, 'not-found')) return { outcome: 'short' as const, available: 0 };
  throw error;
}
