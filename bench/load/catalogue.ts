import { sampleStock } from '../../test/support/sample.ts';
import type { Page } from '../targets/bare.ts';

interface Product {
  id: string;
}

/** Items of a page in the list requests. */
export const LIST_ITEMS = 20;

/** Requests and stock of the sample catalogue, which is the same in every shop. */
export interface SampleCatalogue {
  /** The request of each product by its id, with its answer. */
  products: Page[];
  /** The request of each full page of the list, with its answer. */
  lists: Page[];
  /** Pieces by SKU. */
  stock: Map<string, number>;
}

export async function readCatalogue(url: string): Promise<SampleCatalogue> {
  const products: Product[] = [];
  const lists: Page[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const path = `/v1/products?limit=${LIST_ITEMS}${cursor && `&cursor=${cursor}`}`;
    const body = await textOf(url, path);
    const page: { items: Product[]; nextCursor: string | null } = JSON.parse(body);
    products.push(...page.items);
    if (page.items.length === LIST_ITEMS) lists.push([`GET ${path}`, body]);
    cursor = page.nextCursor;
  }
  const pages: Page[] = [];
  for (const { id } of products) pages.push([`GET /v1/products/${id}`, await textOf(url, `/v1/products/${id}`)]);
  return { products: pages, lists, stock: await sampleStock() };
}

/** The body of an answer, unparsed. */
async function textOf(url: string, path: string): Promise<string> {
  const answer = await fetch(url + path);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`GET ${url}${path} answered ${answer.status}: ${text}`);
  return text;
}

/** The remaining stock of a shop, taken in turn over all SKUs. */
export class Shelf {
  readonly #left: Map<string, number>;
  #round: Iterator<string> = [][Symbol.iterator]();

  /** @param reserve pieces of each SKU that are not taken, so that no order fails */
  constructor(stock: ReadonlyMap<string, number>, reserve = 5) {
    this.#left = new Map([...stock].map(([sku, available]) => [sku, available - reserve]));
  }

  /** Number of remaining pieces. */
  get pieces(): number {
    return [...this.#left.values()].reduce((sum, left) => sum + Math.max(0, left), 0);
  }

  /** Takes a piece of the next SKU that has any. @throws {Error} when fewer than two SKUs are left */
  take(): string {
    for (;;) {
      const next = this.#round.next();
      if (!next.done) {
        const left = this.#left.get(next.value) ?? 0;
        if (left <= 0) continue;
        this.#left.set(next.value, left - 1);
        return next.value;
      }
      const available = [...this.#left].filter(([, left]) => left > 0).map(([sku]) => sku);
      if (available.length < 2) throw new Error('the sample stock is sold out');
      this.#round = available.values();
    }
  }
}
