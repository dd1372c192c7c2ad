import { Readable } from 'node:stream';
import { stringify } from 'csv-stringify';
import { LINE_BREAK } from '../../../lib/files/unicode.ts';
import { countryOf } from './order.ts';
import { orderNumber } from './order-number.ts';
import { type OrderStore, readNewestFirst } from './order-store.ts';

const BATCH_SIZE = 200;

/** Exports all orders as CSV, newest first. */
export function ordersCsv(orders: Pick<OrderStore, 'find'>): Readable {
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
  return Readable.from(readRows(orders)).pipe(table);
}

const CSV_FIELDS = ['_id', 'state', 'createdAt', 'customerId', 'shippingAddress', 'destination', 'totals'] as const;

async function* readRows(orders: Pick<OrderStore, 'find'>): AsyncGenerator<unknown[]> {
  for await (const batch of readNewestFirst(orders, {}, { batch: BATCH_SIZE, fields: CSV_FIELDS })) {
    for (const order of batch) {
      const { _id, state, createdAt, customerId, shippingAddress, totals } = order;
      const { name, company, phone } = shippingAddress ?? {};
      const country = countryOf(order);
      const { amount, currency } = totals.total;
      const at = createdAt.toISOString();
      yield [_id, orderNumber(_id), state, at, customerId, name, company, phone, country, amount, currency];
    }
  }
}
