import { LRUCache } from 'lru-cache';
import type { Product } from '../../product/product.ts';

/** Recently shown products are also kept as objects. */
const MAX_UNPACKED_PRODUCTS = 2000;

/** The stored documents of sold products, by ordinal. */
export class ProductRecords {
  /** JSON takes a tenth of the memory of objects, and the garbage collector does not traverse it. */
  readonly #packed: (string | undefined)[] = [];
  readonly #unpacked = new LRUCache<number, Product>({ max: MAX_UNPACKED_PRODUCTS });

  get(ordinal: number): Product | undefined {
    const cached = this.#unpacked.get(ordinal);
    if (cached) return cached;
    const product = this.peek(ordinal);
    if (product) this.#unpacked.set(ordinal, product);
    return product;
  }

  /** Reads without adding to the LRU cache. */
  peek(ordinal: number): Product | undefined {
    const packed = this.#packed[ordinal];
    return this.#unpacked.peek(ordinal) ?? (packed === undefined ? undefined : unpack(packed));
  }

  set(ordinal: number, product: Product | undefined): void {
    this.#unpacked.delete(ordinal);
    while (this.#packed.length < ordinal) this.#packed.push(undefined);
    this.#packed[ordinal] = product && pack(product);
  }
}

type Dated = 'createdAt' | 'updatedAt' | 'nextPriceAt' | 'scheduled';
type Packed = Omit<Product, Dated> & {
  createdAt: number;
  updatedAt: number;
  nextPriceAt: number | null;
  scheduled: (Omit<Product['scheduled'][number], 'at'> & { at: number })[];
};

/** JSON has no dates. Writing them as numbers takes half the time of writing them as text. */
function pack(product: Product): string {
  const { createdAt, updatedAt, nextPriceAt, scheduled, ...rest } = product;
  const packed: Packed = {
    ...rest,
    createdAt: Number(createdAt),
    updatedAt: Number(updatedAt),
    nextPriceAt: nextPriceAt && Number(nextPriceAt),
    scheduled: scheduled.map((change) => ({ ...change, at: Number(change.at) })),
  };
  return JSON.stringify(packed);
}

function unpack(text: string): Product {
  const { createdAt, updatedAt, nextPriceAt, scheduled, ...rest } = JSON.parse(text) as Packed;
  return {
    ...rest,
    createdAt: new Date(createdAt),
    updatedAt: new Date(updatedAt),
    nextPriceAt: nextPriceAt === null ? null : new Date(nextPriceAt),
    scheduled: scheduled.map((change) => ({ ...change, at: new Date(change.at) })),
  };
}
