import type { SimpleFaker } from '@faker-js/faker';
import { productOf, type SampleProduct } from './product.ts';
import { ranges } from './ranges/index.ts';

const FIRST_FAKER_SEED = 20_240_301;
const PRICE_ENDINGS = [0, 15, 49, 95, 99];

// biome-ignore format: a word list
const LINE_NAMES = [
  'Amberley', 'Arkle', 'Beckfoot', 'Birchwater', 'Blackthorn', 'Bramblewood', 'Brindle', 'Cairnside', 'Chalkdown',
  'Coppice', 'Cragside', 'Dalewood', 'Dovecote', 'Driftwood', 'Eastmere', 'Elderflower', 'Fairlight', 'Fellside',
  'Firth', 'Foxhollow', 'Gorsebank', 'Greenwell', 'Harebell', 'Hawthorn', 'Hazelmere', 'Highmoor', 'Hollybank',
  'Ironwood', 'Ivydale', 'Kelmscar', 'Kingfisher', 'Larkspur', 'Limestone', 'Longmead', 'Lowtide', 'Marlwood',
  'Meadowsweet', 'Millrace', 'Mossbank', 'Nettlecombe', 'Northlea', 'Oakmoss', 'Orchard', 'Pinehurst', 'Quarry',
  'Redshank', 'Ridgeway', 'Rowan', 'Saltmeadow', 'Sandpiper', 'Sedge', 'Shingle', 'Skylark', 'Sorrel', 'Stonecrop',
  'Thistledown', 'Undercliff', 'Wayfarer', 'Whitebeam', 'Willowherb', 'Woodruff', 'Yarrow',
];

/** Each part of products has its own faker seed, so that generation can start at any number. */
const PRODUCTS_PER_PART = 100;

/**
 * Generates `count` products (at most ten million) in the shape of the sample products, beginning with number `from`: new
 * lines of the known items, at other prices. Slugs and SKUs are unique, also among the sample products. A product
 * depends on its number alone.
 */
export async function* bulkProducts(count: number, currency: string, from = 0): AsyncGenerator<SampleProduct> {
  const { faker } = await import('@faker-js/faker/locale/base'); // the main module has 80 languages
  const end = from + count;
  for (let part = from - (from % PRODUCTS_PER_PART); part < end; part += PRODUCTS_PER_PART) {
    faker.seed(FIRST_FAKER_SEED + part); // shared: no other function may draw within a part
    const products: SampleProduct[] = [];
    for (let number = part; number < Math.min(part + PRODUCTS_PER_PART, end); number += 1) {
      products.push(bulkProduct(number, currency, faker));
    }
    yield* products.slice(Math.max(0, from - part));
  }
}

function bulkProduct(number: number, currency: string, faker: SimpleFaker): SampleProduct {
  const range = faker.helpers.arrayElement(ranges);
  const item = faker.helpers.arrayElement(range.items);
  const title = item.title.replace(/^\S+/, faker.helpers.arrayElement(LINE_NAMES));
  const digits = String(number).padStart(7, '0');
  const newItem = { ...item, title, price: varyPrice(item.price, faker) };
  const product = productOf(range, newItem, `N${digits}`, currency, faker);
  return { ...product, slug: `${product.slug}-${digits}` };
}

/** 60 to 180 % of a price, in minor units, with a typical price ending; below 300 without one. */
function varyPrice(price: number, faker: SimpleFaker): number {
  const amount = Math.ceil((price * faker.number.int({ min: 60, max: 180 })) / 100);
  return amount < 300 ? amount : Math.floor(amount / 100) * 100 + faker.helpers.arrayElement(PRICE_ENDINGS);
}
