import { LRUCache } from 'lru-cache';
import type { Product } from '../../product/product.ts';

/** Products that were shown lately are kept as they are shown. */
const UNPACKED = 2000;

/** Of a product that is sold: as it is stored, by its ordinal. */
export class Records {
  /** As JSON: a tenth of the objects' memory, and nothing for the garbage collector to walk through. */
  readonly #packed: (string | undefined)[] = [];
  readonly #unpacked = new LRUCache<number, Product>({ max: UNPACKED });

  get(ordinal: number): Product | undefined {
    const shown = this.#unpacked.get(ordinal);
    if (shown) return shown;
    const product = this.peek(ordinal);
    if (product) this.#unpacked.set(ordinal, product);
    return product;
  }

  /** Without keeping it at hand. */
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

/** JSON has no dates; as numbers they are written in half the time that texts take. */
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
