import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Catalogue } from '../../../services/product/catalogue/catalogue.ts';
import type { PageRequest } from '../../../services/product/catalogue/search/page.ts';
import type { ProductQuery, ProductSort } from '../../../services/product/catalogue/search/query.ts';
import { availabilityOf } from '../../../services/product/inventory/availability.ts';
import { lowestPrice, PRODUCT_DEFAULTS, type Product } from '../../../services/product/product/product.ts';

const seed = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31);
const CATEGORIES = ['games', 'garden', 'desk'];
const WORDS = ['oak', 'piqué', 'lantern', 'kettle', 'Saucepan'];

const product = ({ amount = 100, ...change }: Partial<Product> & { _id: string; amount?: number }): Product => {
  const prices = { EUR: { amount } };
  return {
    ...PRODUCT_DEFAULTS,
    rev: 0,
    slug: `slug-${change._id}`,
    title: 'Thing',
    description: '',
    brand: 'Brand',
    category: 'games',
    attributes: {},
    variants: [{ sku: `SKU-${change._id}`, title: 'Standard', options: {}, prices, weight: 1 }],
    status: 'active',
    popularity: 0,
    createdAt: new Date(0),
    updatedAt: new Date(0),
    ...change,
  };
};

/** Many equal keys, so that the ids decide. */
const products = fc
  .uniqueArray(
    fc.record({
      _id: fc.integer({ min: 0, max: 99 }).map((n) => `prd_${n}`),
      title: fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 3 }).map((words) => words.join(' ')),
      category: fc.constantFrom(...CATEGORIES),
      amount: fc.integer({ min: 1, max: 4 }),
      popularity: fc.integer({ min: 0, max: 3 }),
      sum: fc.integer({ min: 0, max: 3 }),
      created: fc.integer({ min: 0, max: 3 }),
    }),
    { selector: ({ _id }) => _id, maxLength: 30, size: 'max' },
  )
  .map((all) =>
    all.map(({ created, sum, ...rest }) =>
      product({ ...rest, rating: { count: 1, sum }, createdAt: new Date(created * 1000) }),
    ),
  );

const ORDERS: Record<Exclude<ProductSort, 'relevance'>, (p: Product) => number> = {
  price: (p) => lowestPrice(p, 'EUR') ?? 0,
  '-price': (p) => -(lowestPrice(p, 'EUR') ?? 0),
  popularity: (p) => -p.popularity,
  newest: (p) => -p.createdAt,
  rating: (p) => -p.rating.sum,
};

/** Every page, one after the other. */
function pages(
  catalogue: Catalogue,
  query: ProductQuery & Omit<PageRequest, 'cursor'>,
  between = (_page: number) => {},
): string[] {
  const found: string[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < 1000; page++) {
    const { items, nextCursor } = catalogue.find('EUR', { ...query, cursor });
    expect(items.length).toBeLessThanOrEqual(query.limit);
    expect(items.length > 0 || nextCursor === null).toBe(true);
    found.push(...items.map(({ _id }) => _id));
    if (nextCursor === null) return found;
    cursor = nextCursor;
    between(page);
  }
  throw new Error('the list does not end');
}

const filled = (all: readonly Product[]) => {
  const catalogue = new Catalogue(['EUR']);
  for (const one of all) catalogue.put(one);
  return catalogue;
};
const ids = (all: readonly Product[]) => all.map(({ _id }) => _id);
const limits = fc.integer({ min: 1, max: 7 });
const categories = fc.option(fc.constantFrom(...CATEGORIES, 'none'), { nil: undefined });
const sorts = fc.constantFrom(...(Object.keys(ORDERS) as (keyof typeof ORDERS)[]));

describe('paging through the catalogue', () => {
  test('visits each product of a category once, in the order that was asked for', () => {
    const check = fc.property(products, sorts, categories, limits, (all, sort, category, limit) => {
      const key = ORDERS[sort];
      const expected = all
        .filter((p) => category === undefined || p.category === category)
        .toSorted((a, b) => key(a) - key(b) || (a._id < b._id ? -1 : 1));
      expect(pages(filled(all), { sort, category, limit })).toEqual(ids(expected));
    });
    fc.assert(check, { seed });
  });

  test('goes by popularity without words', () => {
    const all = [3, 9, 5].map((popularity) => product({ _id: `prd_${popularity}`, popularity }));
    expect(pages(filled(all), { limit: 2 })).toEqual(['prd_9', 'prd_5', 'prd_3']);
  });

  test('with words visits each that has them all once, in any order', () => {
    const words = fc.subarray(WORDS, { minLength: 1, maxLength: 2 });
    const order = fc.option(sorts, { nil: undefined });
    const check = fc.property(products, words, order, categories, limits, (all, wanted, sort, category, limit) => {
      const expected = all.filter(
        (p) => wanted.every((w) => p.title.includes(w)) && (category === undefined || p.category === category),
      );
      const q = wanted.map((word) => word.normalize('NFD').replace(/\p{M}/gu, '').toUpperCase()).join(' ');
      const found = pages(filled(all), { q, sort, category, limit });
      expect(found.toSorted()).toEqual(ids(expected).sort());
      if (!sort) return;
      const keys = found.map((id) => ORDERS[sort](all.find(({ _id }) => _id === id) as Product));
      expect(keys).toEqual(keys.toSorted((a, b) => a - b));
    });
    fc.assert(check, { seed });
  });

  test('visits each unchanged product once, while others are added, removed and changed between the pages', () => {
    const change = fc.record({
      at: fc.nat(),
      how: fc.constantFrom('put', 'archive', 'move'),
      amount: fc.integer({ min: 1, max: 4 }),
    });
    const changes = fc.array(change, { maxLength: 20, size: 'max' });
    const queries = fc.record(
      {
        sort: sorts,
        q: fc.constantFrom('oak', 'kettle', 'saucepam'),
        category: fc.constantFrom(...CATEGORIES),
        minPrice: fc.constant(2),
      },
      { requiredKeys: [] },
    );
    const check = fc.property(products, changes, queries, limits, (all, changes, query, limit) => {
      const catalogue = filled(all);
      const touched = new Set<string>();
      const found = pages(catalogue, { ...query, limit }, (page) => {
        const step = changes[page];
        const old = all[(step?.at ?? 0) % all.length];
        if (!step || !old) return;
        const { amount } = step;
        const now = product({
          ...old,
          ...{
            rev: page + 1,
            popularity: amount,
            rating: { count: 1, sum: amount },
            createdAt: new Date(amount * 1000),
          },
          variants: old.variants.map((variant) => ({ ...variant, prices: { EUR: { amount } } })),
        });
        if (step.how === 'put') catalogue.put({ ...now, _id: `new_${page}`, slug: `new-${page}` });
        else {
          touched.add(old._id);
          catalogue.put(step.how === 'archive' ? { ...old, rev: page + 1, status: 'archived' } : now);
        }
      });
      const stayed = found.filter((id) => !touched.has(id) && !id.startsWith('new'));
      const expected = pages(filled(all.filter(({ _id }) => !touched.has(_id))), { ...query, limit });
      expect(stayed).toEqual(expected);
    });
    fc.assert(check, { seed });
  });

  test('given a misspelt word that all products have, then it goes on behind the first page', () => {
    const all = Array.from({ length: 9 }, (_, n) => product({ _id: `prd_${n}`, title: 'Saucepan', popularity: n % 3 }));
    const catalogue = filled(all);
    const [whole, ...rest] = [9, 1, 2, 4].map((limit) => pages(catalogue, { q: 'saucepam', limit }));
    expect(new Set(whole)).toEqual(new Set(ids(all)));
    for (const found of rest) expect(found).toEqual(whole);
  });

  test('refuses the cursor of another query, but not of the same said in another order', () => {
    const things = [1, 2, 3].map((n) => product({ _id: `prd_${n}`, attributes: { a: 'x', b: n > 1 ? 'x' : 'y' } }));
    const catalogue = filled(things);
    const attr = { a: ['x', 'y'], b: ['x'] };
    const brand = ['Brand', 'None'];
    const { nextCursor } = catalogue.find('EUR', { sort: 'price', brand, attr, limit: 1 });
    const again = (query: ProductQuery) => () =>
      catalogue.find('EUR', { limit: 2, cursor: String(nextCursor), ...query });
    for (const same of [attr, { b: ['x'], a: ['y', 'x'] }]) {
      expect(ids(again({ sort: 'price', brand: brand.toReversed(), attr: same })().items)).toEqual(['prd_3']);
    }
    const others: ProductQuery[] = [
      {},
      { attr: { b: ['x'] } },
      { q: 'thing', attr },
      { minPrice: 1, attr },
      { brand: ['b'], attr },
    ];
    for (const other of others) {
      expect(again({ sort: 'price', ...other })).toThrow('cursor must be a nextCursor of this list.');
    }
    expect(again({ sort: '-price', attr })).toThrow('cursor must be a nextCursor of this list.');
  });
});

describe('taking in a product', () => {
  const one = product({ _id: 'prd_1', rev: 1, slug: 'one', title: 'First kettle' });

  test('shows its newest version alone, in every way there is to find it', () => {
    const catalogue = filled([one]);
    const [variant] = product({ _id: 'prd_9' }).variants;
    const next = {
      ...one,
      rev: 2,
      slug: 'uno',
      title: 'Second lantern',
      category: 'desk',
      variants: [variant as never],
    };
    catalogue.put(next);
    for (const name of ['prd_1', 'uno']) expect(catalogue.get(name)).toEqual(next);
    expect(catalogue.get('one')).toBeUndefined();
    expect(catalogue.findVariant('SKU-prd_9')?.product).toEqual(next);
    expect(catalogue.findVariant('SKU-prd_1')).toBeUndefined();
    const find = (query: Partial<ProductQuery & PageRequest>) =>
      ids(catalogue.find('EUR', { limit: 9, ...query }).items);
    expect(find({ q: 'kettle' })).toEqual([]);
    expect(find({ category: 'games' })).toEqual([]);
    for (const query of [{ q: 'lantern' }, { category: 'desk' }, {}]) expect(find(query)).toEqual(['prd_1']);
  });

  test('that is no longer sold takes it out, and it may come back', () => {
    const catalogue = filled([one, { ...one, rev: 2, status: 'archived' }]);
    expect(catalogue.get('prd_1') ?? catalogue.get('one') ?? catalogue.findVariant('SKU-prd_1')).toBeUndefined();
    expect(catalogue.find('EUR', { limit: 9 }).items).toEqual([]);
    expect(catalogue.find('EUR', { limit: 9, q: 'kettle' }).items).toEqual([]);
    catalogue.put({ ...one, rev: 3 });
    expect(catalogue.get('one')?.rev).toBe(3);
  });

  test('ends with the newest versions, in any order of arrival', () => {
    const version = fc.record({
      _id: fc.constantFrom('prd_1', 'prd_2', 'prd_3'),
      rev: fc.integer({ min: 0, max: 9 }),
      status: fc.constantFrom('active' as const, 'archived' as const),
    });
    const one = ({ _id, rev }: { _id: string; rev: number }) => `${_id} ${rev}`;
    const versions = fc.uniqueArray(version, { selector: one, maxLength: 20, size: 'max' });
    const check = fc.property(versions, (versions) => {
      const catalogue = filled(versions.map((v) => product({ ...v, title: `Thing of rev ${v.rev}` })));
      for (const id of ['prd_1', 'prd_2', 'prd_3']) {
        const [newest] = versions.filter(({ _id }) => _id === id).sort((a, b) => b.rev - a.rev);
        expect(catalogue.get(id)?.rev).toBe(newest?.status === 'active' ? newest.rev : undefined);
      }
    });
    fc.assert(check, { seed });
  });

  test('that took over what another gave up stays where it is, whichever is heard of first', () => {
    const [before, taker] = [one, product({ _id: 'prd_2', slug: 'one', variants: one.variants })];
    for (const after of [
      { ...one, rev: 2, slug: 'uno', variants: [] },
      { ...one, rev: 2, status: 'archived' as const },
    ]) {
      for (const order of [
        [before, taker, after],
        [before, after, taker],
      ]) {
        const catalogue = filled(order);
        expect(catalogue.get('one')?._id).toBe('prd_2');
        expect(catalogue.findVariant('SKU-prd_1')?.product._id).toBe('prd_2');
      }
    }
  });

  test('keeps its known stock', () => {
    const catalogue = new Catalogue(['EUR']);
    catalogue.setLevel('SKU-prd_1', { available: 7, lowAt: 5, sold: 0 });
    catalogue.put(one);
    expect(catalogue.levels('SKU-prd_1').available).toBe(7);
    expect(catalogue.levels('SKU-none').available).toBe(0);
  });
});

test('a count of pieces means something to a shopper', () => {
  const meanings = [-1, 0, 1, 4, 5, 1000].map((available) => availabilityOf({ available, lowAt: 5 }));
  expect(meanings).toEqual(['out_of_stock', 'out_of_stock', 'low_stock', 'low_stock', 'in_stock', 'in_stock']);
});
