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

/**
 * `count` further products (at most ten million) in the shape of the sample ones, for tests of speed: new lines of the
 * items we know, at other prices. Slugs and SKUs are unique, among the sample ones too, and a longer run begins with
 * the shorter one's products.
 */
export async function* bulkProducts(count: number, currency: string): AsyncGenerator<SampleProduct> {
  const { SimpleFaker } = await import('@faker-js/faker');
  const faker = new SimpleFaker({ seed });
  for (let made = 0; made < count; made += 1) {
    const range = faker.helpers.arrayElement(ranges);
    const item = faker.helpers.arrayElement(range.items);
    const title = item.title.replace(/^\S+/, faker.helpers.arrayElement(lines));
    const number = String(made).padStart(7, '0');
    const product = productOf(
      range,
      { ...item, title, price: repriced(item.price, faker) },
      `N${number}`,
      currency,
      faker,
    );
    yield { ...product, slug: `${product.slug}-${number}` };
  }
}

/** 60 to 180 % of a price, with a shop's ending unless it is small change. */
function repriced(price: number, faker: SimpleFaker): number {
  const amount = Math.ceil((price * faker.number.int({ min: 60, max: 180 })) / 100);
  return amount < 300 ? amount : Math.floor(amount / 100) * 100 + faker.helpers.arrayElement(endings);
}
