import { Readable } from 'node:stream';
import { stringify } from 'csv-stringify';
import { LINE_BREAK } from '../../../lib/files/unicode.ts';
import type { Store } from '../../../mixins/store/store.ts';
import type { Order } from './order.ts';
import { orderNumber } from './order-number.ts';

const PAGE_SIZE = 200;

/** All orders as CSV, the newest first. They are read page by page, so that few are in memory. */
export function ordersCsv(store: Store<Order>): Readable {
  const table = stringify({
    header: true,
    bom: true,
    // A cell that begins with = + - @ would be run by the program that opens the file.
    escape_formulas: true,
    quoted_match: LINE_BREAK,
    columns: [
      'id',
      'number',
      'status',
      'createdAt',
      'customerId',
      'name',
      'company',
      'phone',
      'country',
      'total',
      'currency',
    ],
  });
  return Readable.from(rows(store)).pipe(table);
}

async function* rows(store: Store<Order>): AsyncGenerator<unknown[]> {
  for (let last: string | undefined; ; ) {
    const orders = await store.find(last === undefined ? {} : { _id: { $lt: last } }, {
      sort: { _id: -1 },
      limit: PAGE_SIZE,
    });
    for (const {
      _id,
      state,
      createdAt,
      customerId,
      shippingAddress: { name, company, phone, country },
      totals: { total },
    } of orders) {
      const at = createdAt.toISOString();
      yield [_id, orderNumber(_id), state, at, customerId, name, company, phone, country, total.amount, total.currency];
    }
    if (orders.length < PAGE_SIZE) return;
    last = orders.at(-1)?._id;
  }
}
