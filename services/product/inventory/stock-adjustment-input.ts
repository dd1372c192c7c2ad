import type { Params } from '../../../lib/contract/contract.ts';
import type { FieldError } from '../../../lib/contract/errors.ts';
import { errors } from '../../shared/problems.ts';
import type { Correction } from './correction.ts';
import type { StockAdjustment } from './stock-adjustment.ts';

/** The correction of a request. @throws invalid-request when its fields do not fit together */
export function correctionOf({ kind, quantity, reason }: Params<'posting.move'>): Correction {
  if (kind === 'receive') {
    if (quantity < 1) throw errors.invalidField('/quantity', 'Receive at least one piece.');
    if (reason !== undefined) throw errors.invalidField('/reason', 'Only an adjustment may have a reason.');
    return { kind, quantity };
  }
  if (quantity === 0) throw errors.invalidField('/quantity', 'Adjust by at least one piece.');
  if (reason === undefined) throw errors.invalidField('/reason', 'An adjustment needs a reason.');
  return { kind, quantity, reason };
}

/** The lines of a stocktake. @throws invalid-request for a SKU that is counted twice */
export function linesOf(lines: Params<'posting.stocktake'>['lines']): StockAdjustment['lines'] {
  const seen = new Set<string>();
  const duplicates: FieldError[] = [];
  for (const [n, { sku }] of lines.entries()) {
    if (seen.has(sku)) duplicates.push({ pointer: `/lines/${n}/sku`, detail: `${sku} is counted twice.` });
    seen.add(sku);
  }
  if (duplicates.length > 0) throw errors.invalidRequest(duplicates);
  return lines.map(({ sku, counted }) => ({ sku, correction: { kind: 'count', counted } }));
}
