import { named } from '../../../lib/contract/named.ts';
import { REASONS } from './ledger.ts';

/** Contract rules of the stock. */

/** Why staff corrects a stock. */
export const reasonRule = named('StockAdjustmentReason', { type: 'enum', values: REASONS });
