import { contract } from '../../../lib/contract/contract.ts';
import { named } from '../../../lib/contract/named.ts';
import { pageOf } from '../../../lib/contract/page.ts';
import { internal, ownData } from '../../../lib/contract/presets.ts';
import { idRule } from '../../shared/ids.ts';
import { stockSku as sku } from '../inventory/inventory.rules.ts';

const own = { ...ownData, idempotent: true } as const;
const alert = named('StockAlert', {
  type: 'object',
  props: { sku: 'string', productId: 'string', createdAt: 'string' },
});

/** Back-in-stock alerts of customers. */
export const stockAlert = contract(
  'stock-alert',
  {
    list: {
      ...own,
      summary: 'List my stock alerts, newest first',
      rest: 'GET /v1/me/stock-alerts',
      params: {},
      returns: pageOf(alert),
    },
    put: {
      ...own,
      summary: 'Mail me once when a SKU is back in stock',
      rest: 'PUT /v1/me/stock-alerts/:sku',
      status: 204,
      params: { sku },
      problems: ['not-found', 'in-stock', 'limit-reached'],
    },
    remove: {
      ...own,
      summary: 'Remove one of my stock alerts',
      rest: 'DELETE /v1/me/stock-alerts/:sku',
      status: 204,
      params: { sku },
    },
    export: {
      ...internal,
      summary: 'Export the stock alerts of a customer',
      params: { customerId: idRule('cus') },
      returns: { type: 'object', props: { items: { type: 'array', items: alert } } },
    },
    erase: { ...internal, summary: 'Remove the stock alerts of a customer', params: { customerId: idRule('cus') } },
  },
  {},
);
