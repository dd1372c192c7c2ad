import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Config } from '../../../lib/process/config.ts';
import { storeOf, wrongAtRest } from '../../support/books.ts';
import { manyCustomers } from '../../support/customers.ts';
import { eachEngine } from '../../support/engines.ts';
import { CATALOGUE_COPY, plentiful } from '../../support/sample.ts';
import { ADDRESS, type Answer, eventually, request, Shopper, startShop, type TestShop } from '../../support/shop.ts';
import { staffAt } from '../../support/staff.ts';

const MANY = 50;
const GOOD = { rating: 4, title: 'Warm', text: 'Warm, and it does not itch.' };

eachEngine('reviews', (engine) => {
  let config: Config;
  let shop: TestShop;
  let staff: Shopper;
  /** Products with plenty of stock, each with a SKU; each test takes one without reviews. */
  let products: { id: string; sku: string }[];

  beforeAll(async () => {
    config = engine.config({ SEED: 'true' });
    shop = await startShop(config);
    staff = await staffAt(shop);
    const { body } = await request(shop.url, CATALOGUE_COPY);
    const skus = new Set(await plentiful(body.items, MANY));
    products = (body.items as { id: string; variants: { sku: string }[] }[]).flatMap(({ id, variants }) => {
      const sku = variants.find((variant) => skus.has(variant.sku))?.sku;
      return sku === undefined ? [] : [{ id, sku }];
    });
  });
  afterAll(() => shop.stop());

  const fresh = () => products.shift() as { id: string; sku: string };
  async function buyerOf({ sku }: { sku: string }): Promise<Shopper> {
    const shopper = await Shopper.at(shop.url);
    await shopper.put(sku, 1);
    expect((await shopper.order()).body.status).toBe('PAID');
    return shopper;
  }
  const put = (who: Shopper, { id }: { id: string }, body: object = GOOD) =>
    who.ask(`PUT /v1/products/${id}/reviews/mine`, body);
  const judge = (id: string, verdict: 'approve' | 'reject', version = 1) =>
    staff.ask(`POST /v1/admin/reviews/${id}/${verdict}`, verdict === 'reject' ? { reason: 'An advertisement' } : {}, {
      'if-match': `"${version}"`,
    });
  async function approved(who: Shopper, product: { id: string }, body: object = GOOD): Promise<string> {
    const { id } = (await put(who, product, body)).body;
    expect(await judge(id, 'approve')).toMatchObject({ status: 200, body: { status: 'approved' } });
    return id;
  }
  /** As it is now, which staff are shown; others may be given what a gateway has kept for a second. */
  const listOf = ({ id }: { id: string }, query = '') => staff.ask(`GET /v1/products/${id}/reviews${query}`);
  const idsIn = (answer: Answer) => answer.body.items.map(({ id }: { id: string }) => id);
  /** Until it is done: with so many at once, a slow machine may answer that it has no time. */
  const judged = (id: string, verdict: 'approve' | 'reject') =>
    eventually(
      () => judge(id, verdict),
      ({ status }) => status === 200,
    );
  /** Waits for transfers that a worker completes. */
  const counted = () =>
    eventually(
      () => storeOf(shop, 'review').find({ dueAt: { $gt: new Date(0) } }),
      (left) => left.length === 0,
    );
  const ratingOf = async ({ id }: { id: string }) => {
    await counted();
    return (await storeOf(shop, 'product').get(id))?.rating;
  };
  const helpful = (who: Shopper, product: { id: string }, id: string, method = 'PUT') =>
    who.ask(`${method} /v1/products/${product.id}/reviews/${id}/helpful`);

  test('one who bought it writes one, staff lets it pass, and everyone sees it, and its stars at the product', async () => {
    const product = fresh();
    const ada = await buyerOf(product);
    const made = await put(ada, product);
    expect(made).toMatchObject({ status: 201, body: { ...GOOD, status: 'pending', author: 'Ada B.', helpful: 0 } });
    expect((await listOf(product)).body).toEqual({ items: [], nextCursor: null });
    const { body: waiting } = await staff.ask(`GET /v1/admin/reviews?status=pending&productId=${product.id}`);
    expect(waiting.items).toEqual([expect.objectContaining({ id: made.body.id, version: 1, customerId: ada.id })]);
    await judge(made.body.id, 'approve');
    const { body } = await eventually(
      () => request(shop.url, `GET /v1/products/${product.id}/reviews`),
      (answer) => answer.body.items.length > 0,
    );
    expect(body.items).toEqual([
      {
        ...{ id: made.body.id, author: 'Ada B.', verified: true, ...GOOD, helpful: 0 },
        ...{ createdAt: made.body.createdAt, updatedAt: made.body.updatedAt },
      },
    ]);
    expect(JSON.stringify(body)).not.toMatch(/Byron|@|cus_/);
    const { body: shown } = await eventually(
      () => request(shop.url, `GET /v1/products/${product.id}`),
      (answer) => answer.body.rating.count > 0,
    );
    expect(shown.rating).toEqual({ count: 1, average: 4 });
    // It is no change of the product by staff.
    expect((await staff.ask(`GET /v1/admin/products/${product.id}`)).headers.get('etag')).toBe('"1"');
  });

  test('one who has not bought it, or has cancelled, or bought something else, may not', async () => {
    const [product, other] = [fresh(), fresh()];
    const eve = await Shopper.at(shop.url);
    const refused = { status: 403, body: { type: '/problems/not-purchased' } };
    expect(await put(eve, product)).toMatchObject(refused);
    await eve.put(other.sku, 1);
    await eve.order();
    expect(await put(eve, product)).toMatchObject(refused);
    await eve.put(product.sku, 1);
    const { body } = await eve.order();
    await eve.ask(`POST /v1/orders/${body.id}/cancel`, {});
    expect(await put(eve, product)).toMatchObject(refused);
    expect(await put(eve, other)).toMatchObject({ status: 201 });
    expect(await put(eve, { id: 'prd_none' })).toMatchObject({ status: 404, body: { type: '/problems/not-found' } });
    const anonymous = await request(shop.url, `PUT /v1/products/${other.id}/reviews/mine`, { body: GOOD });
    expect(anonymous.status).toBe(401);
  });

  test('one who has sent it back may: it was in their hands', async () => {
    const product = fresh();
    const ada = await buyerOf(product);
    const [{ id }] = (await ada.ask('GET /v1/orders')).body.items;
    for (const [step, how] of [
      ['pack', {}],
      ['ship', { carrier: 'Post', trackingNumber: 'RR1' }],
    ] as const)
      await staff.ask(`POST /v1/admin/orders/${id}/${step}`, how);
    const back = { items: [{ sku: product.sku, quantity: 1 }], reason: 'too small' };
    const { body } = await ada.ask(`POST /v1/orders/${id}/returns`, back, { 'idempotency-key': 'back' });
    await staff.ask(`POST /v1/admin/orders/${id}/returns/${body.returns[0].id}/approve`, {});
    expect((await put(ada, product)).status).toBe(201);
  });

  test('twice is once, also at the same time: the same again changes nothing, another goes back to staff', async () => {
    const product = fresh();
    const ada = await buyerOf(product);
    const answers = await Promise.all(Array.from({ length: 10 }, () => put(ada, product)));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(9).fill(200), 201]);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    const { id } = answers[0]?.body ?? {};
    await judge(id, 'approve');
    expect(await put(ada, product)).toMatchObject({ status: 200, body: { id, status: 'approved' } });
    expect(await ratingOf(product)).toEqual({ count: 1, sum: 4 });
    expect(await put(ada, product, { ...GOOD, rating: 1 })).toMatchObject({ status: 200, body: { status: 'pending' } });
    expect(await ratingOf(product)).toEqual({ count: 0, sum: 0 });
    expect((await listOf(product)).body.items).toEqual([]);
    expect(await judge(id, 'approve', 2)).toMatchObject({ status: 200 });
    expect(await ratingOf(product)).toEqual({ count: 1, sum: 1 });
  });

  test('a rejected review is not shown, and its author sees why', async () => {
    const product = fresh();
    const ada = await buyerOf(product);
    const id = await approved(ada, product);
    expect(await judge(id, 'reject')).toMatchObject({ status: 200, body: { status: 'rejected' } });
    expect((await listOf(product)).body.items).toEqual([]);
    expect(await ratingOf(product)).toEqual({ count: 0, sum: 0 });
    const mine = await ada.ask(`GET /v1/products/${product.id}/reviews/mine`);
    expect(mine.body).toMatchObject({ id, status: 'rejected', reason: 'An advertisement' });
    const eve = await Shopper.at(shop.url);
    expect(await helpful(eve, product, id)).toMatchObject({ status: 404 });
  });

  test('staff lets nothing pass that its author has changed meanwhile', async () => {
    const product = fresh();
    const ada = await buyerOf(product);
    const { body } = await put(ada, product);
    await put(ada, product, { ...GOOD, text: 'Buy at another shop!' });
    expect(await judge(body.id, 'approve')).toMatchObject({ status: 412, body: { type: '/problems/stale-version' } });
    expect(await staff.ask(`POST /v1/admin/reviews/${body.id}/approve`, {})).toMatchObject({ status: 428 });
    expect(await judge('rev_none', 'approve')).toMatchObject({ status: 404 });
    expect((await listOf(product)).body.items).toEqual([]);
    const nothing = { status: 404, body: { type: '/problems/not-found' } };
    expect(await ada.ask(`POST /v1/admin/reviews/${body.id}/approve`, {}, { 'if-match': '*' })).toMatchObject(nothing);
    expect(await ada.ask('GET /v1/admin/reviews')).toMatchObject(nothing);
  });

  test('what staff decides is in the audit log, without what was said or by whom', async () => {
    const product = fresh();
    const ada = await buyerOf(product);
    const id = await approved(ada, product);
    const admin = await staffAt(shop, 'admin');
    const { body } = await admin.ask('GET /v1/admin/audit-log?action=review.approve&limit=1');
    expect(body.items[0]).toMatchObject({
      ...{ staffId: staff.id, outcome: 'done', params: { id } },
      before: { status: 'pending', rating: 4 },
      after: { status: 'approved', rating: 4 },
    });
    expect(JSON.stringify(body.items[0])).not.toMatch(/itch|Ada/);
  });

  test('taken back it is gone, with its stars and its votes, and another may be written', async () => {
    const product = fresh();
    const [ada, eve] = [await buyerOf(product), await Shopper.at(shop.url)];
    const id = await approved(ada, product);
    expect((await helpful(eve, product, id)).body).toEqual({ id, helpful: 1 });
    const mine = `/v1/products/${product.id}/reviews/mine`;
    for (let again = 0; again < 2; again++) expect((await ada.ask(`DELETE ${mine}`)).status).toBe(204);
    expect((await ada.ask(`GET ${mine}`)).status).toBe(404);
    expect(await ratingOf(product)).toEqual({ count: 0, sum: 0 });
    expect(await storeOf(shop, 'review').get(id)).toBeNull();
    expect(await storeOf(shop, 'review-vote').find({ reviewId: id })).toEqual([]);
    const again = await put(ada, product);
    expect(again).toMatchObject({ status: 201, body: { helpful: 0 } });
    expect(again.body.id).not.toBe(id);
  });

  describe('votes', () => {
    test('of a customer count once, and can be taken back and given again at once', async () => {
      const product = fresh();
      const [ada, eve, bob] = [await buyerOf(product), await Shopper.at(shop.url), await Shopper.at(shop.url)];
      const id = await approved(ada, product);
      const votes = await Promise.all(Array.from({ length: 10 }, () => helpful(eve, product, id)));
      expect(votes.map(({ status }) => status)).toEqual(Array(10).fill(200));
      expect((await helpful(bob, product, id)).body).toEqual({ id, helpful: 2 });
      for (let again = 0; again < 3; again++) {
        expect((await helpful(eve, product, id, 'DELETE')).body).toEqual({ id, helpful: 1 });
        expect((await helpful(eve, product, id, 'DELETE')).body).toEqual({ id, helpful: 1 });
        expect((await helpful(eve, product, id)).body).toEqual({ id, helpful: 2 });
      }
      expect((await listOf(product)).body.items[0].helpful).toBe(2);
    });

    test('for one own review, without being logged in, or under another product are refused', async () => {
      const [product, other] = [fresh(), fresh()];
      const [ada, eve] = [await buyerOf(product), await Shopper.at(shop.url)];
      const id = await approved(ada, product);
      expect(await helpful(ada, product, id)).toMatchObject({ status: 403, body: { type: '/problems/own-review' } });
      expect(await helpful(eve, other, id)).toMatchObject({ status: 404 });
      expect(await helpful(eve, product, 'rev_none')).toMatchObject({ status: 404 });
      const anonymous = await request(shop.url, `PUT /v1/products/${product.id}/reviews/${id}/helpful`, { body: {} });
      expect(anonymous.status).toBe(401);
      expect((await listOf(product)).body.items[0].helpful).toBe(0);
    });

    test('stay with a review that its author has changed', async () => {
      const product = fresh();
      const [ada, eve] = [await buyerOf(product), await Shopper.at(shop.url)];
      const id = await approved(ada, product);
      await helpful(eve, product, id);
      await put(ada, product, { ...GOOD, text: 'Still warm.' });
      await judge(id, 'approve', 2);
      expect((await listOf(product)).body.items[0]).toMatchObject({ id, text: 'Still warm.', helpful: 1 });
    });
  });

  test.each([
    ['no text', { rating: 4 }, '/text'],
    ['nothing but blanks', { rating: 4, text: ' \n ' }, '/text'],
    ['nothing but what cannot be seen', { rating: 4, text: '\u202e\u0000\u200f' }, '/text'],
    ['no stars', { text: 'x' }, '/rating'],
    ['six stars', { rating: 6, text: 'x' }, '/rating'],
    ['half a star', { rating: 4.5, text: 'x' }, '/rating'],
    ['a text that is too long', { rating: 4, text: 'x'.repeat(4001) }, '/text'],
    ['a title that is too long', { rating: 4, title: 'x'.repeat(121), text: 'x' }, '/title'],
    ['a status of its own', { ...GOOD, status: 'approved' }, '/status'],
    ['an author of its own', { ...GOOD, author: 'The Times' }, '/author'],
  ])('with %s is refused, with a pointer', async (_name, body, pointer) => {
    const ada = await Shopper.at(shop.url);
    const answer = await put(ada, products[0] as { id: string }, body);
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
  });

  test('an unknown product, and a draft, have no list of reviews', async () => {
    const draft = {
      ...{ slug: 'not-yet', title: 'Not yet', brand: 'Fernhollow', category: 'lighting' },
      variants: [{ sku: 'NOT-YET', title: 'One', prices: { EUR: { amount: 4900 } }, weight: 800 }],
    };
    const { id } = (await staff.ask('POST /v1/admin/products', draft)).body;
    for (const one of [id, 'prd_none']) {
      expect(await listOf({ id: one })).toMatchObject({ status: 404, body: { type: '/problems/not-found' } });
    }
  });

  describe('of many customers', () => {
    let product: { id: string; sku: string };
    let ids: string[];
    const starsOf = (nth: number) => (nth % 5) + 1;

    beforeAll(async () => {
      product = fresh();
      const customers = await manyCustomers(shop, config, MANY, product.sku);
      ids = await Promise.all(
        customers.map(async (customer, nth) => {
          // Asked again until it is done: so many at once may be too much for a slow machine.
          await eventually(
            () => customer.ask('POST /v1/orders', { address: ADDRESS }, { 'idempotency-key': 'one' }),
            (placed) => placed.body.status === 'PAID',
          );
          const { body } = await eventually(
            () => put(customer, product, { rating: starsOf(nth), text: `Number ${nth}` }),
            ({ status }) => status === 201 || status === 200,
          );
          return body.id as string;
        }),
      );
    });

    test('all are counted exactly when they are approved at once, each by two of staff', async () => {
      await Promise.all([...ids, ...ids].map((id) => judged(id, 'approve')));
      expect(await ratingOf(product)).toEqual({ count: MANY, sum: 3 * MANY });
      const { body } = await eventually(
        () => request(shop.url, `GET /v1/products/${product.id}`),
        (answer) => answer.body.rating.count === MANY,
      );
      expect(body.rating).toEqual({ count: MANY, average: 3 });
      expect(await wrongAtRest(shop)).toEqual([]);
    });

    test('lists have each once, in every order, with any page', async () => {
      const voter = await Shopper.at(shop.url);
      for (const id of ids.slice(0, 3)) await helpful(voter, product, id);
      const rating = new Map(ids.map((id, nth) => [id, starsOf(nth)]));
      const helps = (id: string) => (ids.indexOf(id) < 3 ? 1 : 0);
      const newestFirst = [...ids].sort().reverse();
      const by = (key: (id: string) => number) => newestFirst.toSorted((a, b) => key(b) - key(a));
      const expected: [string, string[]][] = [
        ['', by(helps)],
        ['sort=helpful', by(helps)],
        ['sort=newest', newestFirst],
        ['sort=-rating', by((id) => rating.get(id) ?? 0)],
        ['sort=rating', by((id) => rating.get(id) ?? 0).reverse()],
        ['rating=2', by(helps).filter((id) => rating.get(id) === 2)],
        ['rating=2&sort=newest', newestFirst.filter((id) => rating.get(id) === 2)],
        ['rating=2&sort=-rating', newestFirst.filter((id) => rating.get(id) === 2)],
      ];
      for (const [query, wanted] of expected) {
        const found: string[] = [];
        for (let cursor: string | null = ''; cursor !== null; ) {
          const answer = await listOf(product, `?limit=7&${query}${cursor ? `&cursor=${cursor}` : ''}`);
          found.push(...idsIn(answer));
          cursor = answer.body.nextCursor;
        }
        expect([query, found]).toEqual([query, wanted]);
      }
      const { body } = await listOf(product, '?limit=7&sort=newest');
      for (const query of ['sort=helpful', 'sort=rating']) {
        const foreign = await listOf(product, `?${query}&cursor=${body.nextCursor}`);
        expect(foreign).toMatchObject({ status: 400, body: { errors: [{ pointer: '/cursor' }] } });
      }
    });

    test('half are rejected while the others are approved again: the rating is exact', async () => {
      await Promise.all(ids.map((id, nth) => judged(id, nth % 2 === 0 ? 'reject' : 'approve')));
      const left = ids.flatMap((_id, nth) => (nth % 2 === 0 ? [] : [starsOf(nth)]));
      expect(await ratingOf(product)).toEqual({ count: left.length, sum: left.reduce((a, b) => a + b, 0) });
    });

    test('a rating that does not add up is found by the auditor', async () => {
      const products = storeOf(shop, 'product');
      const count = (by: number) =>
        products.change(product.id, ({ rating }) => ({
          answer: undefined,
          patch: { rating: { ...rating, count: rating.count + by } },
        }));
      await count(1);
      expect(await wrongAtRest(shop)).toEqual([expect.stringMatching(/^I14 prd_/)]);
      await count(-1);
      expect(await wrongAtRest(shop)).toEqual([]);
    });
  });

  test('what could not be counted at once is counted later, by a worker', async () => {
    const product = fresh();
    const ada = await buyerOf(product);
    const { id } = (await put(ada, product)).body;
    const reviews = storeOf(shop, 'review');
    // As a node leaves it that dies right after its first write.
    const dueAt = new Date(Date.now() - 1);
    await reviews.change(id, () => ({
      answer: undefined,
      patch: { status: 'approved', move: { key: `${id}:1`, to: 4, done: false }, moves: 1, dueAt },
    }));
    await eventually(
      () => reviews.get(id),
      (review) => review?.dueAt === null,
    );
    expect(await reviews.get(id)).toMatchObject({ counted: 4, move: null });
    expect(await ratingOf(product)).toEqual({ count: 1, sum: 4 });
  });
});
