import { contract } from '../../../lib/contract/contract.ts';
import { named } from '../../../lib/contract/named.ts';
import { optional } from '../../../lib/contract/optional.ts';
import { staff } from '../../../lib/contract/presets.ts';
import { quantities, reasonRule, stockSku as sku } from './inventory.rules.ts';

const whole = { type: 'number', integer: true, max: 1_000_000 } as const;
const kind = named('StockAdjustmentKind', { type: 'enum', values: ['receive', 'adjust'] });
const reason = optional(reasonRule);

/** A repeated Idempotency-Key returns the first result, without a time limit. */
const byStaff = {
  ...staff('inventory:write'),
  idempotent: true,
  headers: { idempotencyKey: 'Idempotency-Key' },
} as const;
const idempotencyKey = { type: 'string', min: 1, max: 255 } as const;
const IDEMPOTENCY_PROBLEMS = ['missing-idempotency-key', 'idempotency-key-reused', 'request-in-progress'] as const;

/** Stock adjustments by staff. */
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
        /** Pieces; negative for an adjustment that removes some. */
        quantity: { ...whole, min: -1_000_000 },
        /** Only of an adjustment, which needs one. */
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
          ...quantities,
        },
      }),
      problems: [...IDEMPOTENCY_PROBLEMS, 'invalid-request', 'not-found', 'out-of-stock'],
    },
    stocktake: {
      ...byStaff,
      summary: 'Correct the stock to the counts of a stocktake, reserved pieces included',
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
                /** `refused`: fewer were counted than are reserved; `unknown`: the SKU does not exist. */
                outcome: { type: 'enum', values: ['done', 'refused', 'unknown'] },
                counted: 'number',
                /** Pieces that the correction added or, if negative, removed. */
                difference: 'number',
                ...quantities,
              },
            }),
          },
        },
      }),
      problems: [...IDEMPOTENCY_PROBLEMS, 'invalid-request'],
    },
  },
  {},
);
