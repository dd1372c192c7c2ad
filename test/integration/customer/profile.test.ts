import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eachEngine } from '../../support/engines.ts';
import { ADDRESS, type Answer, Shopper, startShop, type TestShop } from '../../support/shop.ts';

interface Address {
  id: string;
  isDefault: boolean;
  isDefaultBilling: boolean;
}

/** Regions of countries whose addresses usually have one: without it there is a warning. */
const REGIONS: Readonly<Record<string, string>> = { AE: 'DU', HK: 'Kowloon', IN: 'DL', JP: '13' };

const pointers = ({ body }: Answer) => body.errors?.map(({ pointer }: { pointer: string }) => pointer);
const items = ({ body }: Answer): Address[] => body.items;
const defaults = (answer: Answer) =>
  items(answer)
    .filter(({ isDefault }) => isDefault)
    .map(({ id }) => id);

eachEngine('a customer', (engine) => {
  let shop: TestShop;
  let ada: Shopper;
  let bob: Shopper;
  const add = (change: object = {}) => ada.ask('POST /v1/me/addresses', { ...ADDRESS, ...change });
  const list = () => ada.ask('GET /v1/me/addresses');

  beforeAll(async () => {
    shop = await startShop(engine.config());
    [ada, bob] = await Promise.all([Shopper.at(shop.url), Shopper.at(shop.url)]);
  });
  afterAll(() => shop.stop());

  describe('profile', () => {
    test('is changed, and read as it was changed', async () => {
      const before = await ada.ask('GET /v1/me');
      expect(before).toMatchObject({ status: 200, body: { id: ada.id, email: ada.email, name: 'Ada Byron' } });
      const changed = await ada.ask('PATCH /v1/me', { name: '  Ada Lovelace ' });
      expect(changed).toMatchObject({ status: 200, body: { ...before.body, name: 'Ada Lovelace' } });
      expect((await ada.ask('GET /v1/me')).body).toEqual(changed.body);
      expect((await bob.ask('GET /v1/me')).body.name).toBe('Ada Byron');
    });

    test.each([
      ['an unknown field', { nme: 'Ada' }, ['/nme']],
      ['an unknown field whose name is no path', { 'a/b~c': 1 }, ['/a~1b~0c']],
      ['a field that cannot be changed', { email: 'eve@example.com' }, ['/email']],
      ['nothing', {}, ['/name']],
      ['null for a name', { name: null }, ['/name']],
      ['an empty name', { name: '' }, ['/name']],
      ['a name of two lines', { name: 'You won!\n\nClaim it' }, ['/name']],
      ['a name with a link', { name: 'http://evil.example/claim' }, ['/name']],
      ['a name with a link without a scheme', { name: '//evil.com' }, ['/name']],
      ['a name that is no text', { name: { $set: 1 } }, ['/name/$set']],
    ])('is not changed by %s', async (_name, body, expected) => {
      const before = await ada.ask('GET /v1/me');
      const answer = await ada.ask('PATCH /v1/me', body);
      expect(answer).toMatchObject({ status: 400, body: { type: '/problems/invalid-request' } });
      expect(pointers(answer)).toEqual(expected);
      expect(await ada.ask('GET /v1/me')).toMatchObject({ status: 200, body: before.body });
    });
  });

  describe('addresses', () => {
    test('have one default at all times', async () => {
      const first = ada.addressId;
      expect(defaults(await list())).toEqual([first]);

      const second = await add({ city: 'Hamburg' });
      expect(second).toMatchObject({ status: 201, body: { ...ADDRESS, city: 'Hamburg', isDefault: false } });
      expect(second.headers.get('location')).toBe(`/v1/me/addresses/${second.body.id}`);
      expect(defaults(await list())).toEqual([first]);

      const third = await add({ city: 'Bremen', isDefault: true });
      expect(third.body.isDefault).toBe(true);
      const listed = await list();
      expect(items(listed).map(({ id }) => id)).toEqual([third.body.id, first, second.body.id]);
      expect(listed.body.nextCursor).toBeNull();
      expect(defaults(listed)).toEqual([third.body.id]);

      // Replaced without a word about it, it stays the default.
      await ada.ask(`PUT /v1/me/addresses/${third.body.id}`, { ...ADDRESS, city: 'Kiel', isDefault: false });
      expect(defaults(await list())).toEqual([third.body.id]);

      const replaced = await ada.ask(`PUT /v1/me/addresses/${second.body.id}`, { ...ADDRESS, isDefault: true });
      expect(replaced).toMatchObject({ status: 200, body: { id: second.body.id, isDefault: true } });
      expect(defaults(await list())).toEqual([second.body.id]);

      expect((await ada.ask(`DELETE /v1/me/addresses/${second.body.id}`)).status).toBe(204);
      const left = await list();
      expect(items(left)).toHaveLength(2);
      expect(defaults(left)).toHaveLength(1);

      await ada.ask(`DELETE /v1/me/addresses/${third.body.id}`);
      await ada.ask(`DELETE /v1/me/addresses/${first}`);
      expect((await list()).body).toEqual({ items: [], nextCursor: null });
      expect((await add({ isDefault: false })).body.isDefault).toBe(true);
    });

    test('are replaced as a whole', async () => {
      const { body } = await add({ line2: 'Back door', region: 'BE' });
      await ada.ask(`PUT /v1/me/addresses/${body.id}`, { ...ADDRESS, city: 'Potsdam' });
      const read = await ada.ask(`GET /v1/me/addresses/${body.id}`);
      expect(read.body).toEqual({
        ...ADDRESS,
        city: 'Potsdam',
        id: body.id,
        isDefault: false,
        isDefaultBilling: false,
      });
    });

    test.each([
      ['NL', '1012jx', '1012 JX'],
      ['IE', 'd02af30', 'D02 AF30'],
      ['IN', '110 001', '110001'],
      ['JP', '１０００００１', '100-0001'],
      ['PT', '1000001', '1000-001'],
      ['CL', '834-0518', '8340518'],
      ['MD', 'MD-2001', '2001'],
      ['DE', 'D-10115', '10115'],
      ['AR', '1425', '1425'],
      ['NI', '11001', '11001'],
      ['HK', '', undefined],
      ['AE', undefined, undefined],
      ['QA', undefined, undefined],
      ['GH', undefined, undefined],
      ['PA', '', undefined],
      ['IE', '', undefined],
    ])('in %s with the postcode %j are taken, new and replaced, as %j', async (country, postcode, usual) => {
      const region = REGIONS[country];
      const added = await add({ country, postcode, region });
      expect([added.status, added.body.postcode, added.body.warnings]).toEqual([201, usual, undefined]);
      const path = `/v1/me/addresses/${added.body.id}`;
      const replaced = await ada.ask(`PUT ${path}`, { ...ADDRESS, country, postcode, region });
      expect([replaced.status, replaced.body.postcode]).toEqual([200, usual]);
      expect((await ada.ask(`GET ${path}`)).body).toEqual(replaced.body);
      expect((await ada.ask(`DELETE ${path}`)).status).toBe(204);
    });

    test('with a postcode that may be wrong are taken with a warning, and one that is wrong shows what is right', async () => {
      const doubtful = await add({ country: 'NI', postcode: 'Managua 1' });
      const warnings = [{ pointer: '/postcode', detail: expect.stringContaining('11001') }];
      expect(doubtful).toMatchObject({ status: 201, body: { postcode: 'MANAGUA 1', warnings } });
      const path = `/v1/me/addresses/${doubtful.body.id}`;
      expect((await ada.ask(`GET ${path}`)).body).toMatchObject({ warnings });
      expect((await list()).body.items).toContainEqual(expect.objectContaining({ id: doubtful.body.id, warnings }));
      await ada.ask(`DELETE ${path}`);
      const refused = await add({ country: 'IN', postcode: '11001' });
      const errors = [{ pointer: '/postcode', detail: expect.stringContaining('110001') }];
      expect(refused).toMatchObject({ status: 400, body: { errors } });
    });

    test('have a company and a phone, folded, or neither', async () => {
      const added = await add({ company: ' Analytical Engines Ltd. ', phone: '+49 (0)30 / 12 34 56' });
      expect(added.body).toMatchObject({ company: 'Analytical Engines Ltd.', phone: '+4930123456' });
      const replaced = await ada.ask(`PUT /v1/me/addresses/${added.body.id}`, { ...ADDRESS, company: '', phone: '' });
      expect(replaced.body).toEqual({ ...ADDRESS, id: added.body.id, isDefault: false, isDefaultBilling: false });
      await ada.ask(`DELETE /v1/me/addresses/${added.body.id}`);
    });

    test('have one default for billing, which is the one for shipping until another is chosen', async () => {
      const billing = async () => items(await list()).flatMap((one) => (one.isDefaultBilling ? [one.id] : []));
      const [shipping] = defaults(await list());
      expect(await billing()).toEqual([shipping]);
      const first = await add({ city: 'Hamburg', isDefaultBilling: true });
      expect(first.body).toMatchObject({ isDefault: false, isDefaultBilling: true });
      expect(await billing()).toEqual([first.body.id]);
      const second = await add({ city: 'Bremen', isDefaultBilling: true });
      expect(await billing()).toEqual([second.body.id]);
      // Replaced without a word about it, it stays the default.
      await ada.ask(`PUT /v1/me/addresses/${second.body.id}`, { ...ADDRESS, city: 'Kiel' });
      expect(await billing()).toEqual([second.body.id]);
      await ada.ask(`PUT /v1/me/addresses/${second.body.id}`, { ...ADDRESS, isDefaultBilling: false });
      expect(await billing()).toEqual([shipping]);
      await ada.ask(`PUT /v1/me/addresses/${first.body.id}`, { ...ADDRESS, isDefaultBilling: true });
      await ada.ask(`DELETE /v1/me/addresses/${first.body.id}`);
      expect(await billing()).toEqual([shipping]);
      expect(defaults(await list())).toEqual([shipping]);
      await ada.ask(`DELETE /v1/me/addresses/${second.body.id}`);
    });

    test('have a region by its code, whether it was sent as code or name, and a warning for what may be wrong', async () => {
      const us = { country: 'US', city: 'Springfield', postcode: '62701' };
      const named = await add({ ...us, region: 'illinois' });
      expect([named.body.region, named.body.warnings]).toEqual(['IL', undefined]);
      const without = await add(us);
      expect(without.body.warnings).toEqual([{ pointer: '/region', detail: expect.stringContaining('state') }]);
      const unknown = await add({ ...us, region: 'Atlantis' });
      expect([unknown.body.region, unknown.body.warnings]).toEqual([
        'Atlantis',
        [{ pointer: '/region', detail: expect.stringContaining('Atlantis') }],
      ]);
      const elsewhere = await add({ ...us, region: 'CA' });
      expect(elsewhere.body.warnings).toEqual([
        { pointer: '/postcode', detail: expect.stringContaining('California') },
      ]);
      for (const { body } of [named, without, unknown, elsewhere]) await ada.ask(`DELETE /v1/me/addresses/${body.id}`);
    });

    test('of a country without cities in its addresses need none', async () => {
      const { city: _, ...rest } = ADDRESS;
      const added = await ada.ask('POST /v1/me/addresses', { ...rest, country: 'SG', postcode: '018956' });
      expect(added).toMatchObject({ status: 201, body: { country: 'SG', postcode: '018956' } });
      expect(added.body).not.toHaveProperty('city');
      await ada.ask(`DELETE /v1/me/addresses/${added.body.id}`);
    });

    test('have a VAT id with the prefix of its country, whose check digit is right', async () => {
      const added = await add({ company: 'Engines GmbH', vatId: '136 695 976' });
      expect(added).toMatchObject({ status: 201, body: { vatId: 'DE136695976' } });
      const refused = await add({ company: 'Engines GmbH', vatId: 'DE 136 695 977' });
      expect([refused.status, pointers(refused)]).toEqual([400, ['/vatId']]);
      await ada.ask(`DELETE /v1/me/addresses/${added.body.id}`);
    });

    test("another customer's does not exist", async () => {
      const path = `/v1/me/addresses/${bob.addressId}`;
      const answers = [
        await ada.ask(`GET ${path}`),
        await ada.ask(`PUT ${path}`, { ...ADDRESS, city: 'Elsewhere' }),
        await ada.ask(`DELETE ${path}`),
      ];
      for (const answer of answers) {
        expect(answer).toMatchObject({ status: 404, body: { type: '/problems/not-found' } });
      }
      expect(await bob.ask(`GET ${path}`)).toMatchObject({ status: 200, body: ADDRESS });
    });

    test.each([
      ['of a country that does not exist', { country: 'XX' }, '/country'],
      ['of a country in lower case', { country: 'de' }, '/country'],
      ['without a city', { city: undefined }, '/city'],
      ['with a city of spaces', { city: '  ' }, '/city'],
      ['with a phone that is none', { phone: 'call me' }, '/phone'],
      ['with a company of two lines', { company: 'a\nb' }, '/company'],
      ['with a link for a name', { name: 'Claim http://evil.example/claim' }, '/name'],
      ['with a line that turns the text around', { line1: 'abc\u202edef' }, '/line1'],
      ['with a city that has an invisible character', { city: 'Ber\u200blin' }, '/city'],
      ['with a region of two lines', { region: 'a\u2028b' }, '/region'],
      ['with a postcode of two lines', { postcode: '10\n115' }, '/postcode'],
      ['without the postcode that its country has', { postcode: undefined }, '/postcode'],
      ['with a postcode beyond 16 characters', { postcode: '1'.repeat(17) }, '/postcode'],
      ['with null for its second line', { line2: null }, '/line2'],
      ['with an id of its own', { id: 'adr_01JNVVWZEZHWMHB63K63A6KM7H' }, '/id'],
      ['with a text for a flag', { isDefault: 'true' }, '/isDefault'],
      ['with a VAT id of another length', { vatId: 'DE12345' }, '/vatId'],
    ])('one %s is refused, new or replaced', async (_name, change, pointer) => {
      const before = (await list()).body;
      const added = await add(change);
      expect(added).toMatchObject({ status: 400, body: { type: '/problems/invalid-request' } });
      expect(pointers(added)).toEqual([pointer]);
      const replaced = await ada.ask(`PUT /v1/me/addresses/${before.items[0].id}`, { ...ADDRESS, ...change });
      expect(pointers(replaced)).toEqual([pointer]);
      expect((await list()).body).toEqual(before);
    });

    test('added at once are all kept, up to 50', async () => {
      expect(items(await bob.ask('GET /v1/me/addresses'))).toHaveLength(1);
      const added = await Promise.all(
        Array.from({ length: 60 }, (_, n) =>
          bob.ask('POST /v1/me/addresses', { ...ADDRESS, line1: `No. ${n}`, isDefault: n % 7 === 0 }),
        ),
      );
      const [made, refused] = [added.filter(({ status }) => status === 201), added.filter((a) => a.status !== 201)];
      expect(made).toHaveLength(49);
      for (const answer of refused) {
        expect(answer).toMatchObject({ status: 422, body: { type: '/problems/limit-reached' } });
      }
      const kept = await bob.ask('GET /v1/me/addresses');
      const ids = [bob.addressId, ...made.map(({ body }) => body.id)];
      expect(
        items(kept)
          .map(({ id }) => id)
          .sort(),
      ).toEqual(ids.sort());
      expect(defaults(kept)).toHaveLength(1);
    });
  });
});
