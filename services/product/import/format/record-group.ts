import { isDeepStrictEqual } from 'node:util';
import { MAX_PRODUCT_VARIANTS, type RowInput, type VariantInput } from '../import-input.ts';
import type { FileRecord, ImportRow } from './row.ts';

/** Merges all records of one product. One refused record refuses the product. */
export class RecordGroup {
  readonly #line: number;
  readonly #fields = new MergedFields();
  readonly #attributes = new MergedFields();
  readonly #variants = new Map<string, { variant: VariantInput; line: number }>();
  #slug: string | undefined;
  #hasVariants = false;
  #refusal: { line: number; detail: string } | undefined;

  constructor(line: number) {
    this.#line = line;
  }

  add({ line, check }: FileRecord): void {
    // Records after a refusal are dropped, or a file of one huge product would fill the memory.
    if (this.#refusal) return;
    const checked = check();
    const detail = 'detail' in checked ? checked.detail : this.#merge(checked.input, line);
    if (detail === undefined) return;
    this.#refusal = { line, detail };
    this.#variants.clear();
  }

  row(): ImportRow {
    if (this.#refusal) return this.#refusal;
    const attributes = this.#attributes.value();
    const input: RowInput = {
      ...(this.#slug === undefined ? {} : { slug: this.#slug }),
      ...this.#fields.value(),
      ...(attributes ? { attributes: attributes as RowInput['attributes'] } : {}),
      ...(this.#hasVariants ? { variants: [...this.#variants.values()].map(({ variant }) => variant) } : {}),
    };
    return { line: this.#line, input };
  }

  /** @returns why the record is refused */
  #merge({ slug, attributes, variants = [], ...fields }: RowInput, line: number): string | undefined {
    this.#slug ??= slug;
    const conflict = this.#fields.add(fields, line) ?? (attributes && this.#attributes.add(attributes, line, 'attr:'));
    if (conflict) return `${conflict.name} differs from line ${conflict.line}, which has the same product.`;
    for (const variant of variants) {
      this.#hasVariants = true;
      const known = this.#variants.get(variant.sku);
      if (known && !isDeepStrictEqual(known.variant, variant)) {
        return `${variant.sku} differs from line ${known.line}, which has the same variant.`;
      }
      if (known) continue;
      if (this.#variants.size >= MAX_PRODUCT_VARIANTS)
        return `A product may have at most ${MAX_PRODUCT_VARIANTS} variants.`;
      this.#variants.set(variant.sku, { variant, line });
    }
    return undefined;
  }
}

/** The fields of several records: for each field the same value, or blank. */
class MergedFields {
  readonly #fields = new Map<string, { value: unknown; line: number }>();
  #hasFields = false;

  /** @returns the field that has another value in an earlier record, with its line */
  add(fields: object, line: number, prefix = ''): { name: string; line: number } | undefined {
    this.#hasFields = true;
    for (const [name, value] of Object.entries(fields)) {
      const known = this.#fields.get(name);
      // A blank value is no conflict: only one row of a product needs the product columns, and rows come in any order.
      if (!known || isBlank(known.value)) this.#fields.set(name, { value, line });
      else if (!isBlank(value) && value !== known.value) return { name: prefix + name, line: known.line };
    }
    return undefined;
  }

  value(): Record<string, unknown> | undefined {
    if (!this.#hasFields) return undefined;
    return Object.fromEntries([...this.#fields].map(([name, { value }]) => [name, value]));
  }
}

const isBlank = (value: unknown): boolean => value === null || value === '';
