import { named } from '../../../lib/contract/named.ts';
import { ADJUSTMENT_REASONS } from './ledger.ts';

/** Contract rules of the stock. */

/** A SKU that a request names. It need not exist, so its characters are not checked. */
export const stockSku = { type: 'string', min: 1, max: 64 } as const;

/** `StockQuantities` (ledger.ts). */
export const quantities = { available: 'number', reserved: 'number', sold: 'number' } as const;

/** The reason of a stock adjustment. */
export const reasonRule = named('StockAdjustmentReason', { type: 'enum', values: ADJUSTMENT_REASONS });
