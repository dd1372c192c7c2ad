import { named } from '../../../lib/contract/named.ts';
import { optional } from '../../../lib/contract/optional.ts';
import { pageOf, pageParams } from '../../../lib/contract/page.ts';
import { staff } from '../../../lib/contract/presets.ts';
import { quantities, reasonRule, stockSku as sku } from './inventory.rules.ts';
import { MOVEMENT_KINDS } from './ledger.ts';

const stock = named('StockLevel', {
  type: 'object',
  props: {
    sku: 'string',
    productId: 'string',
    ...quantities,
    /** received + adjusted = available + reserved + sold */
    received: 'number',
    adjusted: 'number',
    lowAt: 'number',
    low: 'boolean',
    /** Time of the last change of `available` or `lowAt`. */
    updatedAt: 'string',
  },
});

const movement = named('StockMovement', {
  type: 'object',
  props: {
    /** Number among the movements of this SKU, from 1, without gaps. */
    seq: 'number',
    kind: { type: 'enum', values: MOVEMENT_KINDS },
    quantity: 'number',
    /** How it changed the quantities; all effects of a SKU add up to its quantities. */
    effect: named('StockQuantities', { type: 'object', props: quantities }),
    reason: optional(reasonRule),
    /** The id of its cause: an order, a return or a stock adjustment. */
    ref: 'string',
    by: 'string|optional',
    at: 'string',
  },
});

/** Views of the stock for staff; part of the `inventory` contract. The `posting` contract has the stock adjustments. */
export const inventoryStaffActions = {
  list: {
    ...staff('inventory:read'),
    idempotent: true,
    summary: 'List the stock, by SKU',
    rest: 'GET /v1/admin/inventory',
    params: {
      sku: { ...sku, optional: true },
      productId: { type: 'string', min: 1, max: 64, optional: true },
      /** Only SKUs below their threshold. */
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
