import type { SimpleFaker } from '@faker-js/faker';
import { ulid } from 'ulid';
import type { Money } from '../../shared/money.ts';
import type { Range, RangeItem } from './range.ts';
import { type SampleVariant, variantsOf } from './variants.ts';

export interface SampleProduct {
  /** `prd_<ULID>`, its time `createdAt`. */
  _id: string;
  slug: string;
  title: string;
  description: string;
  brand: string;
  /** The category's slug. */
  category: string;
  attributes: Record<string, string>;
  /** Price of the cheapest variant. */
  price: Money;
  variants: SampleVariant[];
  status: 'active';
  /** 0 to 1000, most values low. */
  popularity: number;
  createdAt: Date;
  updatedAt: Date;
}

/** Fixed times, so that the catalogue is always the same. */
export const OPENED_AT = new Date('2023-09-04T08:00:00Z');
const LAST_CHANGE_AT = new Date('2025-12-31T18:00:00Z');

/** The product of an item; missing fields are drawn from `faker`. @param line the item's part of the SKU */
export function productOf(
  range: Range,
  item: RangeItem,
  line: string,
  currency: string,
  faker: SimpleFaker,
): SampleProduct {
  const createdAt = faker.date.between({ from: OPENED_AT, to: LAST_CHANGE_AT });
  const variants = variantsOf(range, item, line, currency, faker);
  const rank = faker.number.float();
  return {
    _id: sampleId('prd', createdAt, faker),
    slug: slugOf(item.title),
    title: item.title,
    description: [item.text, ...faker.helpers.arrayElements(range.notes, { min: 1, max: 2 })].join(' '),
    brand: faker.helpers.arrayElement(range.brands),
    category: range.slug,
    attributes: { ...item.attributes },
    price: { amount: Math.min(...variants.map(({ price }) => price.amount)), currency },
    variants,
    status: 'active',
    popularity: Math.round(1000 * rank * rank),
    createdAt,
    updatedAt: faker.date.between({ from: createdAt, to: LAST_CHANGE_AT }),
  };
}

/** An id whose random part comes from `faker`, so that it is the same in every run. */
export function sampleId(prefix: 'cat' | 'prd', at: Date, faker: SimpleFaker): string {
  return `${prefix}_${ulid(at.getTime(), () => faker.number.float())}`;
}

function slugOf(title: string): string {
  return title
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-');
}
