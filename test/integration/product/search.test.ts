import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sampleCatalogue } from '../../../services/product/seed/catalogue.ts';
import { eachEngine } from '../../support/engines.ts';
import { request, startShop, type TestShop } from '../../support/shop.ts';

interface Found {
  items: { id: string; title: string; price: { amount: number } }[];
  nextCursor: string | null;
  total: number;
}

const SWEATER = 'Alder Merino Crew Sweater';
const POLO = 'Kirkby Piqué Polo';
const { products } = await sampleCatalogue('EUR');

eachEngine('searching', (engine) => {
  let shop: TestShop;
  const search = async (q: string, more = '') => {
    const { status, body } = await request(shop.url, `GET /v1/products?q=${encodeURIComponent(q)}${more}`);
    expect(status).toBe(200);
    return body as Found;
  };
  const titles = async (q: string, more?: string) => (await search(q, more)).items.map(({ title }) => title);

  beforeAll(async () => {
    shop = await startShop(engine.config({ SEED: 'true' }));
  });
  afterAll(() => shop.stop());

  test.each([
    ['a word', 'Sweater', SWEATER],
    ['all its words', 'alder merino crew sweater', SWEATER],
    ['words in another order', 'sweater merino', SWEATER],
    ['words far apart', 'sweater alder', SWEATER],
    ['another case', 'MERINO sWEATER', SWEATER],
    ['an accent', 'piqué', POLO],
    ['no accent where it has one', 'pique', POLO],
    ['an accent written as two characters', 'pique\u0301', POLO],
    ['an accent where it has none', 'swèâter', SWEATER],
    ['the beginning of the last word', 'merino swea', SWEATER],
    ['a letter left out', 'sweter', SWEATER],
    ['a letter too many', 'sweatter', SWEATER],
    ['a wrong letter', 'sweeter merino', SWEATER],
    ['two letters swapped', 'swaeter merino', SWEATER],
    ['its plural', 'merino sweaters', SWEATER],
    ['its plural with a typo', 'merino sweeters', SWEATER],
    ['one letter', 'alder crew sweater m', SWEATER],
    ['spaces and punctuation', '  merino,  sweater! ', SWEATER],
  ])('finds a product first by %s', async (_name, q, title) => {
    expect((await titles(q))[0]).toBe(title);
  });

  test.each([
    ['one word that it does not have', 'sweater zzzzz'],
    ['the end of a word', 'eater merino'],
    ['the beginning of a word that is not the last', 'swea merino'],
    ['more than one typo', 'swaeterr'],
    ['a typo in a short word', 'meron crew'],
    ['a typo in a word of four letters', 'crww sweater'],
  ])('does not find a product by %s', async (_name, q) => {
    expect(await titles(q)).not.toContain(SWEATER);
  });

  test('finds by brand, category, attribute and description too', async () => {
    const sample = products.find(({ title }) => title === SWEATER);
    for (const q of [sample?.brand, sample?.category, sample?.attributes.material, 'fine-gauge crew neck jacket']) {
      expect(await titles(String(q), '&limit=100')).toContain(SWEATER);
    }
  });

  test('puts what has the word in its title first', async () => {
    const found = await titles('wool', '&limit=100');
    expect(found.length).toBeGreaterThan(5);
    const inTitle = found.filter((title) => /\bwool\b/i.test(title));
    expect(inTitle.length).toBeGreaterThan(0);
    expect(found.slice(0, inTitle.length).sort()).toEqual(inTitle.sort());
  });

  test('goes with a category and a sort', async () => {
    const { items } = await search('wool', '&category=knitwear&sort=price&limit=100');
    expect(items.length).toBeGreaterThan(1);
    const amounts = items.map(({ price }) => price.amount);
    expect(amounts).toEqual(amounts.toSorted((a, b) => a - b));
    const everywhere = (await search('wool', '&limit=100')).items.map(({ id }) => id);
    const inCategory = products.filter(({ _id, category }) => category === 'knitwear' && everywhere.includes(_id));
    expect(items.map(({ id }) => id).sort()).toEqual(inCategory.map(({ _id }) => _id).sort());
  });

  test('pages through what it finds, each exactly once, in the order of one long page', async () => {
    const whole = (await search('cotton', '&limit=100')).items.map(({ id }) => id);
    expect(whole.length).toBeGreaterThan(8);
    const paged: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { items, nextCursor } = await search('cotton', `&limit=3${cursor && `&cursor=${cursor}`}`);
      paged.push(...items.map(({ id }) => id));
      cursor = nextCursor;
      if (paged.length > whole.length) break;
    }
    expect(paged).toEqual(whole);
  });

  test('for nothing shows everything, and for what nothing has shows nothing', async () => {
    const everything = await request(shop.url, 'GET /v1/products');
    for (const q of ['', '   ']) expect((await search(q)).items).toEqual(everything.body.items);
    for (const q of ['zzzzzzzz', '***', '\u0000', '{"$ne":null}']) {
      expect(await search(q)).toEqual({ items: [], nextCursor: null, total: 0 });
    }
  });
});
