import { contract } from '../../../lib/contract/contract.ts';
import { pageOf } from '../../../lib/contract/page.ts';
import { idRule } from '../../shared/ids.ts';

const sku = { type: 'string', min: 1, max: 64 } as const;
const own = { visibility: 'published', auth: 'customer', idempotent: true } as const;
const internal = { visibility: 'public', auth: 'internal', idempotent: true } as const;
const alert = { type: 'object', props: { sku: 'string', productId: 'string', createdAt: 'string' } } as const;

/** Back-in-stock alerts of customers. */
export const stockAlert = contract(
  'stock-alert',
  {
    list: {
      ...own,
      summary: 'What I wait for, the latest first',
      rest: 'GET /v1/me/stock-alerts',
      params: {},
      returns: pageOf(alert),
    },
    put: {
      ...own,
      summary: 'Have a mail sent to me, once, when a SKU is back in stock',
      rest: 'PUT /v1/me/stock-alerts/:sku',
      status: 204,
      params: { sku },
      problems: ['not-found', 'in-stock', 'limit-reached'],
    },
    remove: {
      ...own,
      summary: 'Wait no longer',
      rest: 'DELETE /v1/me/stock-alerts/:sku',
      status: 204,
      params: { sku },
    },
    export: {
      ...internal,
      summary: 'What a customer waits for',
      params: { customerId: idRule('cus') },
      returns: { type: 'object', props: { items: { type: 'array', items: alert } } },
    },
    erase: { ...internal, summary: 'Forget what a customer waits for', params: { customerId: idRule('cus') } },
  },
  {},
);
