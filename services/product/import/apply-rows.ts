import type { Decision } from '../../../mixins/store/changes.ts';
import { change, differences, refuseArchived } from '../product/edit.ts';
import type { Product } from '../product/product.ts';
import type { Input } from './import-input.ts';
import { type RowOutcome, refusal } from './outcome.ts';
import { editOf } from './row-edit.ts';

/** A row of a product that is there. */
export interface Change {
  line: number;
  input: Input;
  /** SKUs that are to go with it. */
  removed: ReadonlySet<string>;
}

/** Makes the changes of one product at once; one that is refused leaves the others be. */
export function applyRows(
  product: Readonly<Product>,
  changes: readonly Change[],
  currencies: readonly string[],
  now: Date,
): Decision<{ product: Product; outcomes: RowOutcome[] }> {
  let after: Readonly<Product> = product;
  let fields: Partial<Product> = {};
  const outcomes = changes.map(({ input, removed }): RowOutcome => {
    try {
      refuseArchived(product);
      const different = differences(after, editOf(after, input, { currencies, removed }));
      const gone = after.variants.filter(({ sku }) => removed.has(sku)).length;
      after = { ...after, ...different };
      fields = { ...fields, ...different };
      const kind = Object.keys(different).length > 0 ? 'updated' : 'unchanged';
      return gone > 0 ? { kind, removed: gone } : { kind };
    } catch (error) {
      return refusal(error);
    }
  });
  const { answer, patch } = change(product, { ...fields }, now);
  return { answer: { product: answer, outcomes }, ...(patch ? { patch } : {}) };
}
