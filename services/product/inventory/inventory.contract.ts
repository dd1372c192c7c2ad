import { contract } from '../../../lib/contract/contract.ts';
import { internal } from '../../../lib/contract/presets.ts';
import { auditPageOf, auditPageParams } from '../../../mixins/store/audit-page.ts';
import { idRule } from '../../shared/ids.ts';
import { quantities, reasonRule, stockSku as sku } from './inventory.rules.ts';
import { inventoryStaffActions } from './inventory-staff.contract.ts';

const orderId = idRule('ord');
const quantity = { type: 'number', integer: true, positive: true } as const;

const key = { type: 'string', pattern: /^[\w-]{1,64}$/ } as const;
/** When the caller gives up, in ms since the epoch; at most a minute ahead. */
const until = { type: 'number', integer: true } as const;
const once = { key, quantity, until } as const;

/** Sharded by SKU: one node changes the stock of a SKU, except while nodes come and go. */
const keyed = { ...internal, timeout: 2000, shardKey: 'sku' } as const;

const low = { sku: 'string', productId: 'string', available: 'number', lowAt: 'number' } as const;
const level = { type: 'object', props: { ...low, sold: 'number' } } as const;
const levels = { type: 'array', items: level } as const;

const correction = {
  type: 'multi',
  rules: [
    { type: 'object', props: { kind: { type: 'equal', value: 'receive' }, quantity } },
    {
      type: 'object',
      props: {
        kind: { type: 'equal', value: 'adjust' },
        quantity: { type: 'number', integer: true },
        reason: reasonRule,
      },
    },
    {
      type: 'object',
      props: { kind: { type: 'equal', value: 'count' }, counted: { type: 'number', integer: true, min: 0 } },
    },
  ],
} as const;

export const inventory = contract(
  'inventory',
  {
    ...inventoryStaffActions,
    open: {
      ...internal,
      summary: 'Create the stock of SKUs, empty by default; existing stock stays, and moves to the product',
      params: {
        items: {
          type: 'array',
          items: {
            type: 'object',
            props: { sku, productId: 'string', pieces: { type: 'number', integer: true, min: 0, optional: true } },
          },
          max: 1000,
        },
      },
    },
    reserve: {
      ...keyed,
      summary: 'Reserve stock for an order, once for each order',
      params: { sku, orderId, quantity },
      returns: {
        type: 'object',
        props: {
          outcome: { type: 'enum', values: ['reserved', 'short', 'closed'] },
          available: 'number',
        },
      },
    },
    commit: {
      ...keyed,
      /** It waits up to a second for another change of the SKU, to share its write. */
      timeout: 5000,
      summary: 'Turn the reservation of an order into a sale, soon',
      params: { sku, orderId },
    },
    release: {
      ...keyed,
      summary: 'Release the reservation of an order, and refuse later ones',
      params: { sku, orderId },
    },
    close: {
      ...keyed,
      summary: 'Refuse later reservations of an order; its current one stays',
      params: { sku, orderId },
    },
    takeBack: {
      ...keyed,
      summary: 'Return sold goods to the stock, once for each key',
      params: { sku, ...once },
    },
    receive: {
      ...keyed,
      summary: 'Receive new goods, once for each key',
      params: { sku, ...once },
    },
    post: {
      ...keyed,
      summary: 'Correct a stock for staff, once for each key; a repeated key returns the first result',
      params: { sku, key, until, ref: 'string', by: 'string', correction },
      returns: {
        type: 'object',
        props: {
          outcome: { type: 'enum', values: ['done', 'short'] },
          quantity: 'number',
          seq: 'number',
          at: 'string',
          ...quantities,
        },
      },
    },
    forget: {
      ...keyed,
      summary: 'Forget the key of an acknowledged takeBack, receive or post',
      params: { sku, key },
    },
    books: {
      ...internal,
      summary: 'Page through all stock for the auditor, by SKU',
      params: auditPageParams,
      returns: auditPageOf({
        sku: 'string',
        rev: 'number',
        ...quantities,
        received: 'number',
        adjusted: 'number',
        /** Movements up to number `filed` are in the ledger only; `logged` is the sum of the later ones. */
        filed: 'number',
        logged: { type: 'object', props: quantities },
        res: { type: 'record', key: 'string', value: 'number' },
      }),
    },
    levels: {
      ...internal,
      /** A stream of lists like those of `changed`: all levels may not fit into one message. */
      summary: 'Stream the available and sold quantities of all SKUs, or of those changed since a time',
      params: { since: 'string|optional' },
      returns: 'any',
    },
    current: {
      ...internal,
      summary: 'Get the available quantities of these SKUs; those without stock are left out',
      params: { skus: { type: 'array', items: 'string', max: 500 } },
      returns: levels,
    },
    quantities: {
      ...internal,
      summary: 'Get the available and reserved quantities of these SKUs; those without stock are left out',
      params: { skus: { type: 'array', items: 'string', max: 500 } },
      returns: {
        type: 'array',
        items: { type: 'object', props: { sku: 'string', available: 'number', reserved: 'number' } },
      },
    },
  },
  {
    changed: {
      summary: 'The availability of SKUs that shoppers see, or their product, has changed; may be lost',
      params: { levels },
    },
    low: {
      summary: 'The stock of a SKU has fallen below its threshold; lost if the node dies right after the write',
      params: low,
    },
  },
);
