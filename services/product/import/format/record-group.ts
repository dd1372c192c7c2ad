import { isDeepStrictEqual } from 'node:util';
import { type Input, MAX_VARIANTS, type VariantInput } from '../import-input.ts';
import type { FileRecord, ImportRow } from './row.ts';

/** The records of one product, wherever they stand in the file. One that is wrong keeps all of the product out. */
export class RecordGroup {
  readonly #line: number;
  readonly #fields = new Said();
  readonly #attributes = new Said();
  readonly #variants = new Map<string, { variant: VariantInput; line: number }>();
  #slug: string | undefined;
  #hasVariants = false;
  #refusal: { line: number; wrong: string } | undefined;

  constructor(line: number) {
    this.#line = line;
  }

  add({ line, check }: FileRecord): void {
    // What is refused is not gathered: a file of one endless product would fill the memory.
    if (this.#refusal) return;
    const checked = check();
    const wrong = 'wrong' in checked ? checked.wrong : this.#merge(checked.input, line);
    if (wrong === undefined) return;
    this.#refusal = { line, wrong };
    this.#variants.clear();
  }

  row(): ImportRow {
    if (this.#refusal) return this.#refusal;
    const attributes = this.#attributes.value();
    const input: Input = {
      ...(this.#slug === undefined ? {} : { slug: this.#slug }),
      ...this.#fields.value(),
      ...(attributes ? { attributes: attributes as Input['attributes'] } : {}),
      ...(this.#hasVariants ? { variants: [...this.#variants.values()].map(({ variant }) => variant) } : {}),
    };
    return { line: this.#line, input };
  }

  /** @returns what is wrong with it */
  #merge({ slug, attributes, variants = [], ...fields }: Input, line: number): string | undefined {
    this.#slug ??= slug;
    const other = this.#fields.add(fields, line) ?? (attributes && this.#attributes.add(attributes, line, 'attr:'));
    if (other) return `${other.name} is not what line ${other.line} says of this product.`;
    for (const variant of variants) {
      this.#hasVariants = true;
      const known = this.#variants.get(variant.sku);
      if (known && !isDeepStrictEqual(known.variant, variant)) {
        return `${variant.sku} is there twice, and line ${known.line} says something else of it.`;
      }
      if (known) continue;
      if (this.#variants.size >= MAX_VARIANTS) return `A product may have ${MAX_VARIANTS} variants.`;
      this.#variants.set(variant.sku, { variant, line });
    }
    return undefined;
  }
}

/** Fields that several records say something of: the same, or nothing. */
class Said {
  readonly #fields = new Map<string, { value: unknown; line: number }>();
  #isSaid = false;

  /** @returns the field that an earlier record says something else of, and where */
  add(fields: object, line: number, prefix = ''): { name: string; line: number } | undefined {
    this.#isSaid = true;
    for (const [name, value] of Object.entries(fields)) {
      const known = this.#fields.get(name);
      // A blank one of two says nothing: rows may stand in any order, and only one of them has the product's columns.
      if (!known || isBlank(known.value)) this.#fields.set(name, { value, line });
      else if (!isBlank(value) && value !== known.value) return { name: prefix + name, line: known.line };
    }
    return undefined;
  }

  value(): Record<string, unknown> | undefined {
    if (!this.#isSaid) return undefined;
    return Object.fromEntries([...this.#fields].map(([name, { value }]) => [name, value]));
  }
}

const isBlank = (value: unknown): boolean => value === null || value === '';
