import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { cleanUp, engines, type TestEngine } from '../../support/engines.ts';
import { send, startShop, type TestShop } from '../../support/shop.ts';

interface Country {
  code: string;
  name: string;
  fields: { name: string; label: string; kind?: string; isRequired: boolean; example?: string }[];
  regions: { code: string; name: string }[];
}

describe('countries', () => {
  let shop: TestShop;
  beforeAll(async () => {
    shop = await startShop((engines[0] as TestEngine).config());
  });
  afterAll(async () => {
    await shop.stop();
    await cleanUp();
  });

  const get = (path = '', headers: Record<string, string> = {}) =>
    send(shop.url, `GET /v1/countries${path}`, { headers });
  const country = async (code: string, lang = 'en'): Promise<Country> => (await get(`/${code}?lang=${lang}`)).body;
  const fieldsOf = ({ fields }: Country) => fields.map(({ name }) => name);

  test('are all listed, by name in the language of the caller', async () => {
    const german = await get('', { 'accept-language': 'de-AT,en;q=0.5' });
    expect(german).toMatchObject({ status: 200, body: { language: 'de-AT' } });
    const names: string[] = german.body.items.map(({ name }: Country) => name);
    expect(names).toHaveLength(250);
    expect(names).toEqual(names.toSorted(new Intl.Collator('de-AT').compare));
    expect(names.slice(0, 3)).toEqual(['Afghanistan', 'Ägypten', 'Ålandinseln']);
    expect(german.headers.get('content-language')).toBe('de-AT');
  });

  test('have the language that is asked for, else that of the header, else English', async () => {
    const nameIn = async (query: string, header?: string) =>
      (await get(`/DE${query}`, header === undefined ? {} : { 'accept-language': header })).body.name;
    expect(await nameIn('?lang=fr', 'de')).toBe('Allemagne');
    expect(await nameIn('', 'xx, ja;q=0.9')).toBe('ドイツ');
    expect(await nameIn('')).toBe('Germany');
    expect(await nameIn('?lang=tlh')).toBe('Germany');
    expect(await nameIn('?lang=not+a+tag!')).toBe('Germany');
    expect((await get('/DE?lang=d')).status).toBe(400);
  });

  test('have the fields of their addresses in their order, with the words that the country has for them', async () => {
    const [us, jp, inJapanese, india, gb] = await Promise.all([
      ...[country('US'), country('JP'), country('JP', 'ja'), country('IN'), country('GB')],
    ]);
    expect(fieldsOf(us as Country)).toEqual('name company line1 line2 city region postcode phone vatId'.split(' '));
    expect(fieldsOf(inJapanese as Country).slice(0, 3)).toEqual(['postcode', 'region', 'line1']);
    expect(fieldsOf(jp as Country)[0]).toBe('name');
    const labelOf = (one: Country | undefined, field: string) => one?.fields.find(({ name }) => name === field)?.label;
    expect([us, jp, india, gb].map((one) => labelOf(one, 'postcode'))).toEqual([
      ...['ZIP code', 'Postcode', 'PIN code', 'Postcode'],
    ]);
    expect([us, jp, india, gb].map((one) => labelOf(one, 'region'))).toEqual([
      'State',
      'Prefecture',
      'State',
      undefined,
    ]);
  });

  test('say of a field that it is needed exactly where an address without it is refused, or warned of', async () => {
    const { items } = (await get()).body as { items: Country[] };
    const needs = (code: string, field: string) =>
      items.find((one) => one.code === code)?.fields.find(({ name }) => name === field)?.isRequired;
    expect(['DE', 'IE', 'HK'].map((code) => needs(code, 'postcode'))).toEqual([true, false, undefined]);
    expect(['DE', 'HK', 'SG'].map((code) => needs(code, 'city'))).toEqual([true, false, undefined]);
    expect(['US', 'IE', 'DE'].map((code) => needs(code, 'region'))).toEqual([true, false, undefined]);
  });

  test('have their regions, in the language of the caller where it is known', async () => {
    const nameOf = async (code: string, region: string, lang: string) =>
      (await country(code, lang)).regions.find((one) => one.code === region)?.name;
    expect(await nameOf('US', 'CA', 'de')).toBe('California');
    expect(await nameOf('JP', '13', 'en')).toBe('Tokyo');
    expect(await nameOf('JP', '13', 'ja')).toBe('東京都');
    expect(await nameOf('CA', 'BC', 'fr')).toBe('Colombie-Britannique');
    expect((await country('DE')).regions).toEqual([]);
  });

  test('are cached by clients for a day, and not sent again to those who have them', async () => {
    const first = await get('', { 'accept-language': 'de' });
    expect(first.headers.get('cache-control')).toBe('public, max-age=86400');
    expect(first.headers.get('vary')).toContain('Accept-Language');
    const etag = String(first.headers.get('etag'));
    const again = await get('', { 'accept-language': 'de', 'if-none-match': etag, 'cache-control': 'max-age=0' });
    expect([again.status, again.body]).toEqual([304, '']);
    const other = await get('', { 'accept-language': 'fr', 'if-none-match': etag, 'cache-control': 'max-age=0' });
    expect(other.status).toBe(200);
    const one = await get('/DE');
    expect(
      (await get('/DE', { 'if-none-match': String(one.headers.get('etag')), 'cache-control': 'max-age=0' })).status,
    ).toBe(304);
  });

  test('that do not exist are not found', async () => {
    for (const code of ['XX', 'UK', 'DEU', '..%2fDE']) expect((await get(`/${code}`)).status).toBe(404);
    expect((await get('/de')).body.code).toBe('DE');
  });
});
