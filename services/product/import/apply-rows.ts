import type { Decision } from '../../../mixins/store/changes.ts';
import { changeFields, differences, refuseArchived } from '../product/edit.ts';
import type { Product } from '../product/product.ts';
import type { RowInput } from './import-input.ts';
import { outcomeOfError, type RowOutcome } from './outcome.ts';
import { rowEdit } from './row-edit.ts';

/** A row of an existing product. */
export interface RowChange {
  line: number;
  input: RowInput;
  /** SKUs of the variants to remove. */
  removed: ReadonlySet<string>;
}

/** Applies the rows of one product in one change; a refused row does not affect the others. */
export function applyRows(
  product: Readonly<Product>,
  changes: readonly RowChange[],
  currencies: readonly string[],
  now: Date,
): Decision<{ product: Product; outcomes: RowOutcome[] }> {
  let after: Readonly<Product> = product;
  let fields: Partial<Product> = {};
  const outcomes = changes.map(({ input, removed }): RowOutcome => {
    try {
      refuseArchived(product);
      const different = differences(after, rowEdit(after, input, { currencies, removed }));
      const removedCount = after.variants.filter(({ sku }) => removed.has(sku)).length;
      after = { ...after, ...different };
      fields = { ...fields, ...different };
      const kind = Object.keys(different).length > 0 ? 'updated' : 'unchanged';
      return removedCount > 0 ? { kind, removed: removedCount } : { kind };
    } catch (error) {
      return outcomeOfError(error);
    }
  });
  const { answer, patch } = changeFields(product, { ...fields }, now);
  return { answer: { product: answer, outcomes }, ...(patch ? { patch } : {}) };
}
