import { sampleStock } from '../test/support/sample.ts';
import type { Page } from './bare.ts';

interface Product {
  id: string;
}

/** The first twenty, the next twenty, and so on. */
export const LIST_OF = 20;

/** What of the catalogue the load is made of: the same in every shop, as all have the sample catalogue. */
export interface Catalogue {
  /** Of each product by its id, and what is answered there. */
  products: Page[];
  /** Of each page of the whole list; all are full. */
  lists: Page[];
  /** Pieces by SKU. */
  stock: Map<string, number>;
}

export async function readCatalogue(url: string): Promise<Catalogue> {
  const products: Product[] = [];
  const lists: Page[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const path = `/v1/products?limit=${LIST_OF}${cursor && `&cursor=${cursor}`}`;
    const body = await textOf(url, path);
    const page: { items: Product[]; nextCursor: string | null } = JSON.parse(body);
    products.push(...page.items);
    if (page.items.length === LIST_OF) lists.push([`GET ${path}`, body]);
    cursor = page.nextCursor;
  }
  const pages: Page[] = [];
  for (const { id } of products) pages.push([`GET /v1/products/${id}`, await textOf(url, `/v1/products/${id}`)]);
  return { products: pages, lists, stock: await sampleStock() };
}

/** As it was sent, byte by byte. */
async function textOf(url: string, path: string): Promise<string> {
  const answer = await fetch(url + path);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`GET ${url}${path} answered ${answer.status}: ${text}`);
  return text;
}

/** What can still be ordered of a shop's stock, SKU after SKU round the whole catalogue. */
export class Shelf {
  readonly #left: Map<string, number>;
  #round: Iterator<string> = [][Symbol.iterator]();

  /** Keeps away from the last pieces: a bench is about orders that succeed. */
  constructor(stock: ReadonlyMap<string, number>, reserve = 5) {
    this.#left = new Map([...stock].map(([sku, available]) => [sku, available - reserve]));
  }

  /** How many pieces are left. */
  get pieces(): number {
    return [...this.#left.values()].reduce((sum, left) => sum + Math.max(0, left), 0);
  }

  /** @throws {Error} when all is sold */
  take(): string {
    for (;;) {
      const next = this.#round.next();
      if (!next.done) {
        const left = this.#left.get(next.value) ?? 0;
        if (left <= 0) continue;
        this.#left.set(next.value, left - 1);
        return next.value;
      }
      const full = [...this.#left].filter(([, left]) => left > 0).map(([sku]) => sku);
      if (full.length < 2) throw new Error('the sample stock is sold out');
      this.#round = full.values();
    }
  }
}
