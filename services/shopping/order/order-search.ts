import type { Params, Rpc } from '../../../lib/contract/contract.ts';
import type { CursorPage } from '../../../lib/contract/page.ts';
import { endOf, startOf } from '../../../lib/contract/time.ts';
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
  const customers = [
    ...(customerId === undefined ? [] : [customerId]),
    ...(email === undefined ? [] : [(await rpc.call('customer.byEmail', { email })).id ?? NO_CUSTOMER_ID]),
  ];
  // An order has one customer.
  if (new Set(customers).size > 1) return { items: [], nextCursor: null };
  const ids = {
    ...(to === undefined ? {} : { $lt: lowestId('ord', endOf('to', to, timeZone)) }),
    ...(from === undefined ? {} : { $gte: lowestId('ord', startOf('from', from, timeZone)) }),
  };
  const named = number === undefined ? undefined : await idsWithNumber(normalOrderNumber(number), store);
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
