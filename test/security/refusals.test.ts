import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { PROBLEMS } from '../../services/shared/problem-codes.ts';
import { eachEngine } from '../support/engines.ts';
import { ADDRESS, type Answer, request, Shopper, startShop, type TestShop } from '../support/shop.ts';

const LOGIN = 'POST /v1/auth/login';
const REGISTER = 'POST /v1/auth/register';
const NEW = '"email":"new@example.com","password":"correct horse battery staple","name":"New"';
const KIB = 1024;

const pointers = ({ body }: Answer) => body.errors?.map(({ pointer }: { pointer: string }) => pointer);

eachEngine('requests that the gateway refuses', (engine) => {
  let shop: TestShop;
  let ada: Shopper;
  const post = (body: unknown, type = 'application/json', route = REGISTER) =>
    request(shop.url, route, { body, headers: { 'content-type': type } });

  beforeAll(async () => {
    shop = await startShop(engine.config());
    ada = await Shopper.at(shop.url);
  });
  afterAll(async () => {
    // Whatever was sent, the process lives.
    expect((await request(shop.url, 'GET /readyz')).status).toBe(200);
    await shop.stop();
  });

  describe('for their body', () => {
    test.each(['{"email":', '{email: 1}', 'null', '"text"', '42', '{}}', "{'a': 1}", '{"a":1,}'])(
      'that is no JSON object: %s',
      async (body) => {
        expect(await post(body)).toMatchObject({ status: 400, body: { type: '/problems/invalid-request' } });
      },
    );

    test.each(['[]', `[{${NEW}}]`])('that is a list: %s', async (body) => {
      const answer = await post(body);
      expect(answer).toMatchObject({ status: 400, body: { detail: 'The body must be a JSON object.' } });
    });

    test('that is cut short, or not there at all', async () => {
      for (const body of [undefined, '', '{}']) {
        const answer = await request(shop.url, REGISTER, { body });
        expect(pointers(answer)).toEqual(['/email', '/password', '/name']);
      }
    });

    test.each([
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/xml',
      'application/json; charset=latin1',
    ])('whose type is %s', async (type) => {
      const answer = await post(`{${NEW}}`, type);
      expect(answer).toMatchObject({ status: 415, body: { type: '/problems/unsupported-media-type' } });
    });

    test('that is compressed in a way we do not know', async () => {
      const answer = await request(shop.url, REGISTER, { body: {}, headers: { 'content-encoding': 'zip' } });
      expect(answer).toMatchObject({ status: 415, body: { type: '/problems/unsupported-media-type' } });
    });

    test('that is over 100 KiB, and not one of just that size', async () => {
      const sized = (bytes: number) => `{"email":"${'x'.repeat(bytes - 12)}"}`;
      expect(sized(50)).toHaveLength(50);
      const over = await post(sized(100 * KIB + 1));
      expect(over).toMatchObject({ status: 413, body: { type: '/problems/payload-too-large' } });
      expect((await post(sized(100 * KIB))).status).toBe(400);
    });

    test.each([
      ['__proto__', `{${NEW},"__proto__":{"admin":true}}`, '/__proto__'],
      ['constructor', `{${NEW},"constructor":{"prototype":{"admin":true}}}`, '/constructor'],
      ['prototype', `{${NEW},"prototype":1}`, '/prototype'],
      ['__proto__ inside', `{${NEW},"name":{"__proto__":{"admin":true}}}`, '/name/__proto__'],
      ['__proto__ inside a list', `{${NEW},"name":[{"__proto__":1}]}`, '/name/0/__proto__'],
      ['toString', `{${NEW},"toString":1}`, '/toString'],
      ['toString inside a list', `{"email":[{"toString":1}],"password":"x"}`, '/email/0/toString'],
      ['valueOf inside', `{${NEW},"name":{"valueOf":null}}`, '/name/valueOf'],
      ['valueOf far inside', `{${NEW},"name":[[{"a":{"b":[{"valueOf":{}}]}}]]}`, '/name/0/0/a/b/0/valueOf'],
      ['hasOwnProperty', `{${NEW},"name":{"hasOwnProperty":"x"}}`, '/name/hasOwnProperty'],
      ['an operator of a database', `{"email":{"$ne":null},"password":"x"}`, '/email/$ne'],
      ['a path of a database', `{${NEW},"profile.role":"admin"}`, '/profile.role'],
      ['a path of a database inside a list', `{${NEW},"name":[{"a.b":1}]}`, '/name/0/a.b'],
      ['a name of nothing', `{${NEW},"name":{"":1}}`, '/name/'],
      ['a name that is too long', `{${NEW},"name":{"${'n'.repeat(201)}":1}}`, '/name'],
    ])('that has %s', async (_name, body, pointer) => {
      const answer = await post(body);
      expect(answer).toMatchObject({ status: 400, body: { type: '/problems/invalid-request' } });
      expect(pointers(answer)).toEqual([pointer]);
      expect(Object.hasOwn(Object.prototype, 'admin')).toBe(false);
    });

    test('that is nested beyond what any code can follow', async () => {
      const lists = `{"email":${'['.repeat(45_000)}${']'.repeat(45_000)}}`;
      const objects = `${'{"a":'.repeat(15_000)}1${'}'.repeat(15_000)}`;
      for (const body of [lists, objects]) {
        expect(await post(body)).toMatchObject({ status: 400, body: { type: '/problems/invalid-request' } });
      }
    });

    test('that has a field we do not know', async () => {
      const answer = await post(`{${NEW},"isAdmin":true,"a/b":1}`);
      expect(pointers(answer)).toEqual(['/isAdmin', '/a~1b']);
      expect(answer.body.errors[0].detail).toBe('isAdmin is not known here.');
    });

    test('where none belongs', async () => {
      const answer = await ada.ask('DELETE /v1/cart', { sku: 'A' });
      expect(answer).toMatchObject({ status: 400, body: { detail: 'This request takes no body.' } });
    });
  });

  describe('for a parameter in the wrong place', () => {
    test('a query on a POST', async () => {
      const body = { email: ada.email, password: ada.password };
      const answer = await request(shop.url, `${LOGIN}?email=eve@example.com`, { body });
      expect(answer.status).toBe(400);
      expect(pointers(answer)).toEqual(['/email']);
      expect((await request(shop.url, LOGIN, { body })).status).toBe(200);
    });

    test('a field of the body that is a parameter of the path', async () => {
      const path = `PUT /v1/me/addresses/${ada.addressId}`;
      const answer = await ada.ask(path, { ...ADDRESS, city: 'Elsewhere', id: ada.addressId });
      expect(answer.status).toBe(400);
      expect(pointers(answer)).toEqual(['/id']);
      expect((await ada.ask(`GET /v1/me/addresses/${ada.addressId}`)).body.city).toBe(ADDRESS.city);
    });

    test('a field of the body that is a parameter of a header', async () => {
      const body = { addressId: ada.addressId, idempotencyKey: 'one' };
      const both = await ada.ask('POST /v1/orders', body, { 'idempotency-key': 'two' });
      expect(both.status).toBe(400);
      expect(pointers(both)).toEqual(['/idempotencyKey']);
      const missing = await ada.ask('POST /v1/orders', body);
      expect(missing).toMatchObject({ status: 400, body: { type: '/problems/missing-idempotency-key' } });
    });

    test.each([
      ['unknown', 'page=2', '/page'],
      ['a query of a database', 'category[$ne]=x', '/category[$ne]'],
      ['a path of a database', 'attr[a.b]=x', '/attr[a.b]'],
      ['given twice', 'limit=1&limit=2', '/limit'],
      ['no number', 'limit=ten', '/limit'],
      ['none of the choices', 'sort=name', '/sort'],
    ])('a parameter of the query that is %s', async (_name, query, pointer) => {
      const answer = await request(shop.url, `GET /v1/products?${query}`);
      expect(answer.status).toBe(400);
      expect(pointers(answer)).toEqual([pointer]);
    });

    test('an id that cannot be ours is of a thing that is not there', async () => {
      const answer = await ada.ask('GET /v1/me/addresses/ord_1');
      expect(answer).toMatchObject({ status: 404, body: { type: '/problems/not-found' } });
    });
  });

  test('every problem is told in the same form', async () => {
    const answers = await Promise.all([
      request(shop.url, 'GET /nowhere'),
      request(shop.url, 'POST /v1/products'),
      request(shop.url, 'GET /v1/me'),
      request(shop.url, 'GET /v1/me', { token: 'garbage' }),
      request(shop.url, 'GET /v1/products/none'),
      request(shop.url, 'GET /v1/products/%'),
      request(shop.url, 'GET /v1/products?limit=0'),
      request(shop.url, LOGIN, { body: { email: 'nobody@example.com', password: 'x' } }),
      post('{'),
      post('x', 'text/plain'),
      post({ a: 'x'.repeat(100 * KIB) }),
      post({ email: ada.email, password: ada.password, name: 'Ada' }),
      ada.ask('POST /v1/orders', { addressId: ada.addressId }),
      ada.order(),
    ]);
    for (const { status, headers, body } of answers) {
      const code = String(body.type).replace('/problems/', '') as keyof typeof PROBLEMS;
      expect(PROBLEMS).toHaveProperty(code);
      expect(body).toMatchObject({
        title: PROBLEMS[code].title,
        status: PROBLEMS[code].status,
        detail: expect.stringMatching(/\.$/),
        instance: expect.stringMatching(/^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      });
      expect(status).toBe(body.status);
      expect(headers.get('content-type')).toBe('application/problem+json');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-request-id') ?? body.instance).toContain(body.instance.replace('urn:uuid:', ''));
    }
    const statuses = [400, 400, 400, 400, 401, 401, 401, 404, 404, 405, 409, 413, 415, 422];
    expect(answers.map(({ status }) => status).sort()).toEqual(statuses);
  });
});
