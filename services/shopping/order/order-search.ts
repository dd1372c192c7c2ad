import type { Params, Rpc } from '../../../lib/contract/contract.ts';
import type { CursorPage } from '../../../lib/contract/page.ts';
import { endOf, startOf } from '../../../lib/contract/time.ts';
import type { Filter } from '../../../mixins/store/engine.ts';
import { NEWEST_FIRST } from '../../../mixins/store/pages.ts';
import type { Store } from '../../../mixins/store/store.ts';
import { lowestId } from '../../shared/ids.ts';
import type { Order } from './order.ts';
import { idsOfNumber, normalOrderNumber, orderNumber } from './order-number.ts';

/** The orders that match all that staff asks for, newest first, a page of them. @throws invalid-request */
export async function searchOrders(
  { status, parked, attention, number, email, customerId, from, to, limit, cursor }: Params<'order.search'>,
  timeZone: string,
  store: Pick<Store<Order>, 'find' | 'page' | 'scan'>,
  rpc: Rpc,
): Promise<CursorPage<Order>> {
  const owned = email === undefined ? undefined : await ownedByEmail(email, store, rpc);
  const customers = [
    ...(customerId === undefined ? [] : [customerId]),
    ...(owned && 'customerId' in owned ? [owned.customerId] : []),
  ];
  // An order has one owner.
  if (new Set(customers).size > 1) return { items: [], nextCursor: null };
  const ids = {
    ...(to === undefined ? {} : { $lt: lowestId('ord', endOf('to', to, timeZone)) }),
    ...(from === undefined ? {} : { $gte: lowestId('ord', startOf('from', from, timeZone)) }),
  };
  const lists = [
    ...(number === undefined ? [] : [await idsWithNumber(normalOrderNumber(number), store)]),
    ...(owned && 'ids' in owned ? [owned.ids] : []),
  ];
  const named = lists.length === 0 ? undefined : lists.reduce((some, more) => some.filter((id) => more.includes(id)));
  const filter = {
    ...(status ? { state: status } : {}),
    ...(parked ? { parkedAt: { $gt: new Date(0) } } : {}),
    ...(attention ? { attentionAt: { $gt: new Date(0) } } : {}),
    ...(customers[0] === undefined ? {} : { customerId: customers[0] }),
    ...(named || Object.keys(ids).length > 0 ? { _id: { ...ids, ...(named ? { $in: named } : {}) } } : {}),
  };
  return store.page(filter, { limit, cursor, order: NEWEST_FIRST });
}

/** An id that no customer has. */
const NO_CUSTOMER_ID = 'cus_';
/** Guests with one e-mail address have few orders. */
const MAX_ORDERS_OF_EMAIL = 1000;

/** The customer with an e-mail address; or, where guests gave it too, the ids of all their orders. */
async function ownedByEmail(
  email: string,
  store: Pick<Store<Order>, 'find'>,
  rpc: Rpc,
): Promise<{ customerId: string } | { ids: string[] }> {
  const idsOf = async (filter: Filter) => {
    const found = await store.find(filter, { sort: { _id: -1 }, limit: MAX_ORDERS_OF_EMAIL, fields: ['_id'] });
    return found.map(({ _id }) => _id);
  };
  const [{ id }, ofGuests] = await Promise.all([
    rpc.call('customer.byEmail', { email }),
    idsOf({ 'guest.email': email }),
  ]);
  if (ofGuests.length === 0) return { customerId: id ?? NO_CUSTOMER_ID };
  return { ids: id === null ? ofGuests : [...new Set([...ofGuests, ...(await idsOf({ customerId: id }))])] };
}

/** Orders from before numbers were stored are searched for among the orders of the number's day. */
async function idsWithNumber(number: string, store: Pick<Store<Order>, 'find' | 'scan'>): Promise<string[]> {
  const known = await store.find({ number }, { fields: ['_id'] });
  if (known.length > 0) return known.map(({ _id }) => _id);
  const day = idsOfNumber(number);
  const found: string[] = [];
  if (!day) return found;
  for await (const orders of store.scan({ _id: day }, { batch: 1000, fields: ['_id'] })) {
    for (const { _id } of orders) if (orderNumber(_id) === number) found.push(_id);
  }
  return found;
}
