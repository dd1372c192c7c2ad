import { named } from '../../../lib/contract/named.ts';
import { optional } from '../../../lib/contract/optional.ts';
import { pageOf, pageParams } from '../../../lib/contract/page.ts';
import { staff } from '../../../lib/contract/presets.ts';
import { reasonRule } from './inventory.rules.ts';
import { MOVEMENTS } from './ledger.ts';

const sku = { type: 'string', min: 1, max: 64 } as const;
const totals = { available: 'number', reserved: 'number', sold: 'number' } as const;

const stock = named('StockLevel', {
  type: 'object',
  props: {
    sku: 'string',
    productId: 'string',
    ...totals,
    /** received + adjusted = available + reserved + sold */
    received: 'number',
    adjusted: 'number',
    lowAt: 'number',
    low: 'boolean',
    /** When `available` or `lowAt` changed last. */
    updatedAt: 'string',
  },
});

const movement = named('StockMovement', {
  type: 'object',
  props: {
    /** Counts the movements of this SKU, from 1 on, without gaps. */
    seq: 'number',
    kind: { type: 'enum', values: MOVEMENTS },
    quantity: 'number',
    /** What it did to the numbers; all of a SKU's movements add up to them. */
    effect: named('StockQuantities', { type: 'object', props: totals }),
    reason: optional(reasonRule),
    /** The order, return or posting that it was for. */
    ref: 'string',
    by: 'string|optional',
    at: 'string',
  },
});

/** What staff sees of the stock; part of the `inventory` contract. What staff does to it is in the `posting` contract. */
export const inventoryStaffActions = {
  list: {
    ...staff('inventory:read'),
    idempotent: true,
    summary: 'List the stock, by SKU',
    rest: 'GET /v1/admin/inventory',
    params: {
      sku: { ...sku, optional: true },
      productId: { type: 'string', min: 1, max: 64, optional: true },
      /** Only what is below its threshold. */
      low: { type: 'boolean', optional: true },
      ...pageParams,
    },
    returns: pageOf(stock),
  },
  read: {
    ...staff('inventory:read'),
    idempotent: true,
    summary: 'Get the stock of a SKU',
    rest: 'GET /v1/admin/inventory/:sku',
    params: { sku },
    returns: stock,
    problems: ['not-found'],
  },
  movements: {
    ...staff('inventory:read'),
    idempotent: true,
    summary: 'List the movements of the stock of a SKU, newest first',
    rest: 'GET /v1/admin/inventory/:sku/movements',
    params: { sku, ...pageParams },
    returns: pageOf(movement),
    problems: ['not-found'],
  },
  set: {
    ...staff('inventory:write'),
    idempotent: true,
    summary: 'Set the low-stock threshold of a SKU',
    rest: 'PUT /v1/admin/inventory/:sku',
    params: { sku, lowAt: { type: 'number', integer: true, min: 0, max: 1_000_000 } },
    returns: stock,
    problems: ['not-found'],
  },
} as const;
