import { type Level, LOW_AT, type StockLevel } from '../../inventory/availability.ts';

/** Nobody's: a SKU of which only the stock is known. */
const NOBODY = -1;

/** What is left of each SKU, how often it was sold, and whose SKU it is, by the product's ordinal. */
export class StockLevels {
  readonly #slots = new Map<string, number>();
  readonly #available: number[] = [];
  readonly #lowAt: number[] = [];
  readonly #sold: number[] = [];
  readonly #owners: number[] = [];
  /** Whether its stock was ever told of. */
  readonly #told: boolean[] = [];

  /** What is known of a SKU; of an unknown one there is nothing. */
  readonly levelOf = (sku: string): Level => {
    const slot = this.#slots.get(sku) ?? NOBODY;
    return { available: this.#available[slot] ?? 0, lowAt: this.#lowAt[slot] ?? LOW_AT };
  };

  soldOf(sku: string): number {
    return this.#sold[this.#slots.get(sku) ?? NOBODY] ?? 0;
  }

  /** @returns whose SKU it is, if it has just sold out, come back, been sold or returned; else undefined */
  set(sku: string, { available, lowAt, sold }: StockLevel): number | undefined {
    const slot = this.#slot(sku);
    const turned = available > 0 !== (this.#available[slot] ?? 0) > 0 || sold !== this.#sold[slot];
    this.#available[slot] = available;
    this.#told[slot] = true;
    this.#lowAt[slot] = lowAt;
    this.#sold[slot] = sold;
    return turned ? this.ownerOf(sku) : undefined;
  }

  /** Whether a SKU has a stock, be it empty. */
  has(sku: string): boolean {
    return this.#told[this.#slots.get(sku) ?? NOBODY] ?? false;
  }

  ownerOf(sku: string): number | undefined {
    const owner = this.#owners[this.#slots.get(sku) ?? NOBODY] ?? NOBODY;
    return owner === NOBODY ? undefined : owner;
  }

  /** Another product may have taken over a SKU that this one gives up. */
  replace(ordinal: number, before: readonly { sku: string }[], after: readonly { sku: string }[]): void {
    for (const { sku } of before) if (this.ownerOf(sku) === ordinal) this.#owners[this.#slot(sku)] = NOBODY;
    for (const { sku } of after) this.#owners[this.#slot(sku)] = ordinal;
  }

  #slot(sku: string): number {
    const known = this.#slots.get(sku);
    if (known !== undefined) return known;
    const slot = this.#owners.push(NOBODY) - 1;
    this.#slots.set(sku, slot);
    this.#available.push(0);
    this.#lowAt.push(LOW_AT);
    this.#sold.push(0);
    this.#told.push(false);
    return slot;
  }
}
