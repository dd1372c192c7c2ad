import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Catalogue } from '../../../../services/product/catalogue/catalogue.ts';
import { PRODUCT_SORTS, type ProductQuery } from '../../../../services/product/catalogue/search/query.ts';
import { PRODUCT_DEFAULTS, type Product } from '../../../../services/product/product/product.ts';
import { naively } from '../../../support/catalogue-model.ts';

const seed = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31);
console.info(`seed ${seed}`);

const PARENTS = { clothes: null, knitwear: 'clothes', socks: 'knitwear', home: null };
const TREE = Object.fromEntries(
  Object.entries(PARENTS).map(([slug, parent]) => [slug, { title: slug, parent, position: 1 }]),
);
const WORDS = ['oak', 'wool', 'sweater', 'sweaters', 'sweeter', 'piqué', 'boxes', 'box', 'kettle', 'kettel', 's'];
const COLOURS = ['Red', 'Blue', 'Sea green'];

const words = (most: number) =>
  fc.array(fc.constantFrom(...WORDS), { maxLength: most }).map((several) => several.join(' '));
const sometimes = <T>(some: fc.Arbitrary<T>) => fc.option(some, { nil: undefined });
const prices = fc
  .record({ EUR: sometimes(fc.nat({ max: 60 })), USD: sometimes(fc.nat({ max: 9 })) })
  .map((amounts) =>
    Object.fromEntries(
      Object.entries(amounts).flatMap(([currency, amount]) => (amount === undefined ? [] : [[currency, { amount }]])),
    ),
  );

const product = fc
  .record({
    _id: fc.nat({ max: 60 }),
    rev: fc.nat({ max: 2 }),
    title: words(3),
    description: words(4),
    brand: fc.constantFrom('Oak & Co', 'Sweaterhouse', 'Ében'),
    category: fc.constantFrom(...Object.keys(PARENTS), 'nowhere'),
    material: sometimes(fc.constantFrom('wool', 'oak')),
    colours: fc.uniqueArray(fc.constantFrom(...COLOURS), { maxLength: 3 }),
    prices: fc.array(prices, { minLength: 3, maxLength: 3 }),
    status: fc.constantFrom(...(['active', 'active', 'active', 'active', 'archived', 'draft'] as const)),
    version: fc.integer({ min: 1, max: 2 }),
    popularity: fc.nat({ max: 3 }),
    rating: fc.record({ count: fc.nat({ max: 3 }), stars: fc.integer({ min: 1, max: 5 }) }),
    created: fc.nat({ max: 3 }),
  })
  .map(({ _id, material, colours, prices, rating, created, ...rest }): Product => {
    const all = colours.length > 0 ? colours : [undefined];
    return {
      ...PRODUCT_DEFAULTS,
      ...rest,
      _id: `prd_${String(_id).padStart(2, '0')}`,
      slug: `slug-${_id}`,
      attributes: material ? { material } : {},
      rating: { count: rating.count, sum: rating.count * rating.stars },
      variants: all.map((colour, n) => ({
        sku: `SKU-${_id}-${n}`,
        title: colour ?? 'Standard',
        options: colour ? { colour } : {},
        prices: prices[n] ?? {},
        weight: 1,
      })),
      createdAt: new Date(created * 1000),
      updatedAt: new Date(created * 1000),
    };
  });

/** Most queries have few filters, so that they find something. */
const rarely = <T>(some: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: some });

const query: fc.Arbitrary<ProductQuery> = fc.record({
  q: sometimes(
    fc
      .array(fc.constantFrom(...WORDS, 'swe', 'b', 'bo', 'kettl', 'clothes', 'sock', 'swaeter', 'red'), {
        maxLength: 2,
      })
      .map((several) => several.join(' ')),
  ),
  category: rarely(fc.constantFrom(...Object.keys(PARENTS), 'nowhere', 'none')),
  brand: rarely(fc.subarray(['oak & co', 'EBEN', 'none'], { minLength: 1 })),
  attr: rarely(
    fc.record(
      {
        colour: fc.subarray(['red', 'SEA GREEN', 'none'], { minLength: 1 }),
        material: fc.constant(['Wool']),
        size: fc.constant(['S']),
      },
      { requiredKeys: [] },
    ),
  ),
  minPrice: rarely(fc.nat({ max: 5 })),
  maxPrice: rarely(fc.integer({ min: 5, max: 40 })),
  inStock: rarely(fc.boolean()),
  rating: rarely(fc.integer({ min: 1, max: 5 })),
  sort: sometimes(fc.constantFrom(...PRODUCT_SORTS)),
});

describe('a catalogue of any products', () => {
  const products = fc.array(product, { maxLength: 60, size: 'max' });
  const stock = fc.dictionary(
    fc.tuple(fc.nat({ max: 60 }), fc.nat({ max: 2 })).map(([id, n]) => `SKU-${id}-${n}`),
    fc.integer({ min: 0, max: 2 }),
    { maxKeys: 60, size: 'max' },
  );
  const currencies = fc.constantFrom('EUR', 'USD');
  const soldOf = (sku: string) => Number(sku.split('-')[1]) % 4;
  /** Each taken in, some in several versions, with the tree before or after. */
  const filled = (all: readonly Product[], available: Record<string, number>, treeFirst: boolean) => {
    const catalogue = new Catalogue(['EUR', 'USD']);
    if (treeFirst) catalogue.setTree(TREE);
    for (const [n, one] of all.entries()) {
      catalogue.put(one);
      const sku = Object.keys(available)[n];
      if (sku) catalogue.setLevel(sku, { available: available[sku] ?? 0, lowAt: 5, sold: 0 });
    }
    for (const [sku, left] of Object.entries(available)) {
      catalogue.setLevel(sku, { available: left, lowAt: 5, sold: soldOf(sku) });
    }
    if (!treeFirst) catalogue.setTree(TREE);
    return catalogue;
  };
  /** The first of those with the highest revision. */
  const newest = (all: readonly Product[]) =>
    [...Map.groupBy(all, ({ _id }) => _id).values()].map((versions) =>
      versions.reduce((a, b) => (b.rev > a.rev ? b : a)),
    );

  test('finds, sorts, pages and counts as a look at every product does', () => {
    const facets = 'category,brand,price,rating,inStock,attributes,attr[Colour],attr[material]';
    const check = fc.property(
      ...([products, stock, fc.boolean(), currencies, query, fc.integer({ min: 1, max: 9 })] as const),
      (all, available, treeFirst, currency, query, limit) => {
        const catalogue = filled(all, available, treeFirst);
        const shop = {
          products: newest(all),
          currency,
          parents: PARENTS,
          available: new Map(Object.entries(available)),
          sold: soldOf,
        };
        const { ids, counts } = naively(query, shop);
        const found: string[] = [];
        for (let cursor: string | undefined; ; ) {
          const page = catalogue.find(currency, { ...query, limit, cursor });
          expect(page.total).toBe(ids.length);
          expect(page.items.length).toBe(Math.min(limit, ids.length - found.length));
          found.push(...page.items.map(({ _id }) => _id));
          if (page.nextCursor === null) break;
          cursor = page.nextCursor;
        }
        expect(found).toEqual(ids);

        const { facets: shown = {} } = catalogue.find(currency, { ...query, limit, facets });
        const asRecord = (facet: string) =>
          Object.fromEntries((shown[facet] ?? []).map(({ value, count }) => [value, count]));
        expect(asRecord('category')).toEqual(counts.category());
        expect(asRecord('brand')).toEqual(counts.brand());
        expect(asRecord('rating')).toEqual(counts.rating());
        expect(asRecord('inStock')).toEqual(counts.inStock());
        expect(asRecord('attributes')).toEqual(counts.attributes());
        for (const name of ['Colour', 'material']) expect(asRecord(`attr[${name}]`)).toEqual(counts.attr(name));
        const inRange = (range: string, price: number) => {
          const [from = 0, to = 0] = range.split('-').map(Number);
          return price >= from && price <= to;
        };
        const sold = counts.price();
        const ranges = Object.entries(asRecord('price'));
        for (const [range, count] of ranges) expect(count).toBe(sold.filter((price) => inRange(range, price)).length);
        expect(ranges.reduce((sum, [, count]) => sum + count, 0)).toBe(sold.length);
      },
    );
    fc.assert(check, { seed });
  });

  test('tells a client that follows its changes all there is to know', () => {
    const check = fc.property(
      products,
      products,
      fc.nat({ max: 4 }),
      fc.integer({ min: 1, max: 5 }),
      (before, after, second, limit) => {
        const versions = newest(before);
        const later = newest(after).map((one) => ({
          ...one,
          rev: 9,
          version: one.version + 1,
          updatedAt: new Date(10_000 + Number(one.createdAt)),
        }));
        const catalogue = filled([...versions, ...later], {}, true);
        const known = new Map(newest([...versions, ...later]).map((one) => [one._id, one]));
        const since = new Date(second * 1000);
        const [items, gone]: [string[], string[]] = [[], []];
        let last = 0;
        for (let cursor: string | undefined; ; ) {
          const page = catalogue.changedSince('EUR', since, { limit, cursor });
          expect(page.items.length + page.gone.length).toBeLessThanOrEqual(limit);
          for (const { updatedAt } of page.items) {
            expect(Number(updatedAt)).toBeGreaterThanOrEqual(last);
            last = Number(updatedAt);
          }
          items.push(...page.items.map(({ _id }) => _id));
          gone.push(...page.gone);
          if (page.nextCursor === null) {
            expect(page.total).toBe(items.length);
            break;
          }
          cursor = page.nextCursor;
        }
        const changed = [...known.values()].filter(({ updatedAt }) => updatedAt >= since);
        const isSold = ({ status, variants }: Product) =>
          status === 'active' && variants.some(({ prices }) => prices.EUR);
        const wasShown = ({ status, version }: Product) => status !== 'draft' || version > 1;
        expect(items.sort()).toEqual(
          changed
            .filter(isSold)
            .map(({ _id }) => _id)
            .sort(),
        );
        expect(gone.sort()).toEqual(
          changed
            .filter((one) => !isSold(one) && wasShown(one))
            .map(({ _id }) => _id)
            .sort(),
        );
      },
    );
    fc.assert(check, { seed });
  });
});
