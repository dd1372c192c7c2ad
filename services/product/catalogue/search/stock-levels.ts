import { DEFAULT_LOW_AT, type Level, type StockLevel } from '../../inventory/availability.ts';

/** A SKU whose product is not known, only its stock; also the index of an unknown SKU. */
const NO_OWNER = -1;

/** Stock level, pieces sold, and owning product (by ordinal) of each SKU, as parallel arrays. */
export class StockLevels {
  readonly #slots = new Map<string, number>();
  readonly #available: number[] = [];
  readonly #lowAt: number[] = [];
  readonly #sold: number[] = [];
  readonly #owners: number[] = [];
  /** Whether a stock level was ever set. */
  readonly #isKnown: boolean[] = [];

  /** The level of a SKU; zero pieces for an unknown SKU. */
  readonly levelOf = (sku: string): Level => {
    const slot = this.#slots.get(sku) ?? NO_OWNER;
    return { available: this.#available[slot] ?? 0, lowAt: this.#lowAt[slot] ?? DEFAULT_LOW_AT };
  };

  soldOf(sku: string): number {
    return this.#sold[this.#slots.get(sku) ?? NO_OWNER] ?? 0;
  }

  /** @returns the owning product if the SKU has sold out, come back, been sold or returned; else undefined */
  set(sku: string, { available, lowAt, sold }: StockLevel): number | undefined {
    const slot = this.#slot(sku);
    const isRelevant = available > 0 !== (this.#available[slot] ?? 0) > 0 || sold !== this.#sold[slot];
    this.#available[slot] = available;
    this.#isKnown[slot] = true;
    this.#lowAt[slot] = lowAt;
    this.#sold[slot] = sold;
    return isRelevant ? this.ownerOf(sku) : undefined;
  }

  /** Whether a SKU has a stock document, also one with zero pieces. */
  has(sku: string): boolean {
    return this.#isKnown[this.#slots.get(sku) ?? NO_OWNER] ?? false;
  }

  ownerOf(sku: string): number | undefined {
    const owner = this.#owners[this.#slots.get(sku) ?? NO_OWNER] ?? NO_OWNER;
    return owner === NO_OWNER ? undefined : owner;
  }

  /** Releases the SKUs of `before`, unless another product has them already, and claims those of `after`. */
  replace(ordinal: number, before: readonly { sku: string }[], after: readonly { sku: string }[]): void {
    for (const { sku } of before) if (this.ownerOf(sku) === ordinal) this.#owners[this.#slot(sku)] = NO_OWNER;
    for (const { sku } of after) this.#owners[this.#slot(sku)] = ordinal;
  }

  #slot(sku: string): number {
    const known = this.#slots.get(sku);
    if (known !== undefined) return known;
    const slot = this.#owners.push(NO_OWNER) - 1;
    this.#slots.set(sku, slot);
    this.#available.push(0);
    this.#lowAt.push(DEFAULT_LOW_AT);
    this.#sold.push(0);
    this.#isKnown.push(false);
    return slot;
  }
}
