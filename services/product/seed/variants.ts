import type { SimpleFaker } from '@faker-js/faker';
import type { Money } from '../../shared/money.ts';
import type { Choice, Range, RangeItem } from './range.ts';

/** One combination of a product's choices; the unit of sale and stock. */
export interface SampleVariant {
  /** Unique, at most 32 of A-Z, 0-9 and single hyphens: range, line, then a part per choice. */
  sku: string;
  title: string;
  options: Record<string, string>;
  price: Money;
  /** Initial pieces, 0 to 200. */
  stock: number;
  /** In grams. */
  weight: number;
}

/** Surcharge in minor units and additional weight in grams. */
interface Combination {
  options: Record<string, string>;
  extra: number;
  grams: number;
}

const STOCK_DISTRIBUTION = [
  { weight: 2, value: { min: 0, max: 0 } },
  { weight: 3, value: { min: 1, max: 4 } },
  { weight: 5, value: { min: 5, max: 19 } },
  { weight: 84, value: { min: 20, max: 150 } },
  { weight: 6, value: { min: 151, max: 200 } },
];

/** Every combination of the item's choices, in the order they are listed. */
export function variantsOf(
  range: Range,
  item: RangeItem,
  line: string,
  currency: string,
  faker: SimpleFaker,
): SampleVariant[] {
  return combinations(item.choices ?? {}).map(({ options, extra, grams }) => {
    const names = Object.values(options);
    return {
      sku: [range.code, line, ...names].map(skuPart).join('-'),
      title: names.join(' / ') || range.single,
      options,
      price: { amount: item.price + extra, currency },
      stock: faker.number.int(faker.helpers.weightedArrayElement(STOCK_DISTRIBUTION)),
      weight: item.weight + grams,
    };
  });
}

function combinations(choices: Record<string, readonly Choice[]>): Combination[] {
  let all: Combination[] = [{ options: {}, extra: 0, grams: 0 }];
  for (const [kind, values] of Object.entries(choices)) {
    all = all.flatMap(({ options, extra, grams }) =>
      values.map((value) => {
        const [name, surcharge, extraGrams = 0] = typeof value === 'string' ? [value, 0] : value;
        return { options: { ...options, [kind]: name }, extra: extra + surcharge, grams: grams + extraGrams };
      }),
    );
  }
  return all;
}

/** At most eight characters, so that a range code of three letters, a line and two choices stay within 32. */
function skuPart(text: string): string {
  return text
    .toUpperCase()
    .replaceAll('×', 'X')
    .replace(/[^A-Z0-9]/g, '')
    .slice(0, 8);
}
