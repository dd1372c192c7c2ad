import type { SimpleFaker } from '@faker-js/faker';
import { productOf, type SampleProduct } from './product.ts';
import { ranges } from './ranges/index.ts';

const seed = 20_240_301;
const endings = [0, 15, 49, 95, 99];

// biome-ignore format: a word list
const lines = [
  'Amberley', 'Arkle', 'Beckfoot', 'Birchwater', 'Blackthorn', 'Bramblewood', 'Brindle', 'Cairnside', 'Chalkdown',
  'Coppice', 'Cragside', 'Dalewood', 'Dovecote', 'Driftwood', 'Eastmere', 'Elderflower', 'Fairlight', 'Fellside',
  'Firth', 'Foxhollow', 'Gorsebank', 'Greenwell', 'Harebell', 'Hawthorn', 'Hazelmere', 'Highmoor', 'Hollybank',
  'Ironwood', 'Ivydale', 'Kelmscar', 'Kingfisher', 'Larkspur', 'Limestone', 'Longmead', 'Lowtide', 'Marlwood',
  'Meadowsweet', 'Millrace', 'Mossbank', 'Nettlecombe', 'Northlea', 'Oakmoss', 'Orchard', 'Pinehurst', 'Quarry',
  'Redshank', 'Ridgeway', 'Rowan', 'Saltmeadow', 'Sandpiper', 'Sedge', 'Shingle', 'Skylark', 'Sorrel', 'Stonecrop',
  'Thistledown', 'Undercliff', 'Wayfarer', 'Whitebeam', 'Willowherb', 'Woodruff', 'Yarrow',
];

/** Products are made in parts of so many, each from its own seed, so that one can begin anywhere. */
const PART = 100;

/**
 * Further products in the shape of the sample ones, `count` of them (at most ten million) from the one with number `from`
 * on: new lines of the items we know, at other prices. Slugs and SKUs are unique, among the sample ones too. A product's
 * number alone says what it is.
 */
export async function* bulkProducts(count: number, currency: string, from = 0): AsyncGenerator<SampleProduct> {
  const { SimpleFaker } = await import('@faker-js/faker');
  const end = from + count;
  for (let part = from - (from % PART); part < end; part += PART) {
    const faker = new SimpleFaker({ seed: seed + part });
    for (let number = part; number < Math.min(part + PART, end); number += 1) {
      const product = bulkProduct(number, currency, faker);
      if (number >= from) yield product;
    }
  }
}

function bulkProduct(number: number, currency: string, faker: SimpleFaker): SampleProduct {
  const range = faker.helpers.arrayElement(ranges);
  const item = faker.helpers.arrayElement(range.items);
  const title = item.title.replace(/^\S+/, faker.helpers.arrayElement(lines));
  const digits = String(number).padStart(7, '0');
  const made = { ...item, title, price: repriced(item.price, faker) };
  const product = productOf(range, made, `N${digits}`, currency, faker);
  return { ...product, slug: `${product.slug}-${digits}` };
}

/** 60 to 180 % of a price, with a shop's ending unless it is small change. */
function repriced(price: number, faker: SimpleFaker): number {
  const amount = Math.ceil((price * faker.number.int({ min: 60, max: 180 })) / 100);
  return amount < 300 ? amount : Math.floor(amount / 100) * 100 + faker.helpers.arrayElement(endings);
}
