import { contract } from '../../../lib/contract/contract.ts';
import { named } from '../../../lib/contract/named.ts';
import { optional } from '../../../lib/contract/optional.ts';
import { staff } from '../../../lib/contract/presets.ts';
import { reasonRule } from './inventory.rules.ts';

const sku = { type: 'string', min: 1, max: 64 } as const;
const whole = { type: 'number', integer: true, max: 1_000_000 } as const;
const kind = named('StockAdjustmentKind', { type: 'enum', values: ['receive', 'adjust'] });
const reason = optional(reasonRule);
const totals = { available: 'number', reserved: 'number', sold: 'number' } as const;

/** What can be sent again with its key, for good, and happens once. */
const byStaff = {
  ...staff('inventory:write'),
  idempotent: true,
  headers: { idempotencyKey: 'Idempotency-Key' },
} as const;
const idempotencyKey = { type: 'string', min: 1, max: 255 } as const;
const repeated = ['missing-idempotency-key', 'idempotency-key-reused', 'request-in-progress'] as const;

/** What staff does to the stock. */
export const posting = contract(
  'posting',
  {
    move: {
      ...byStaff,
      summary: 'Receive goods, or adjust the stock of a SKU',
      rest: 'POST /v1/admin/inventory/:sku/movements',
      status: 201,
      location: '/v1/admin/inventory/{sku}',
      params: {
        sku,
        idempotencyKey,
        kind,
        /** Pieces; of an adjustment below zero when there are fewer. */
        quantity: { ...whole, min: -1_000_000 },
        /** Of an adjustment. */
        reason,
      },
      returns: named('StockAdjustment', {
        type: 'object',
        props: {
          sku: 'string',
          seq: 'number',
          kind,
          quantity: 'number',
          reason,
          at: 'string',
          ...totals,
        },
      }),
      problems: [...repeated, 'invalid-request', 'not-found', 'out-of-stock'],
    },
    stocktake: {
      ...byStaff,
      summary: 'Correct the stock to what was counted on the shelf, reserved pieces included',
      rest: 'POST /v1/admin/inventory/stocktakes',
      timeout: 30_000,
      params: {
        idempotencyKey,
        lines: {
          type: 'array',
          min: 1,
          max: 1000,
          items: named('StocktakeCount', { type: 'object', props: { sku, counted: { ...whole, min: 0 } } }),
        },
      },
      returns: named('Stocktake', {
        type: 'object',
        props: {
          id: 'string',
          lines: {
            type: 'array',
            items: named('StocktakeLine', {
              type: 'object',
              props: {
                sku: 'string',
                /** `refused`: less was counted than is reserved; `unknown`: there is no such SKU. */
                outcome: { type: 'enum', values: ['done', 'refused', 'unknown'] },
                counted: 'number',
                /** By how much the stock was corrected. */
                difference: 'number',
                ...totals,
              },
            }),
          },
        },
      }),
      problems: [...repeated, 'invalid-request'],
    },
  },
  {},
);
