import type { Params } from '../../../lib/contract/contract.ts';
import type { FieldError } from '../../../lib/contract/errors.ts';
import { errors } from '../../shared/problems.ts';
import type { Correction } from './correction.ts';
import type { StockAdjustment } from './stock-adjustment.ts';

/** @throws invalid-request for what no rule of a single field can say */
export function correctionOf({ kind, quantity, reason }: Params<'posting.move'>): Correction {
  if (kind === 'receive') {
    if (quantity < 1) throw refused('/quantity', 'Goods that come in are one or more.');
    if (reason !== undefined) throw refused('/reason', 'Only an adjustment has a reason.');
    return { kind, quantity };
  }
  if (quantity === 0) throw refused('/quantity', 'An adjustment by nothing is none.');
  if (reason === undefined) throw refused('/reason', 'Say why the stock is adjusted.');
  return { kind, quantity, reason };
}

/** @throws invalid-request for a SKU that was counted twice */
export function linesOf(lines: Params<'posting.stocktake'>['lines']): StockAdjustment['lines'] {
  const seen = new Set<string>();
  const twice: FieldError[] = [];
  for (const [n, { sku }] of lines.entries()) {
    if (seen.has(sku)) twice.push({ pointer: `/lines/${n}/sku`, detail: `${sku} was counted already.` });
    seen.add(sku);
  }
  if (twice.length > 0) throw errors.invalidRequest(twice);
  return lines.map(({ sku, counted }) => ({ sku, correction: { kind: 'count', counted } }));
}

const refused = (pointer: string, detail: string) => errors.invalidRequest([{ pointer, detail }]);
