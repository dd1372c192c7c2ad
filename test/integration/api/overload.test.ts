import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sampleCatalogue } from '../../../services/product/seed/catalogue.ts';
import { storeOf, wrongAtRest } from '../../support/books.ts';
import { manyCustomers } from '../../support/customers.ts';
import { eachEngine } from '../../support/engines.ts';
import { Flood, HeldService } from '../../support/held-service.ts';
import { orderAsTold } from '../../support/load.ts';
import { RawConnection } from '../../support/raw.ts';
import {
  ADDRESS,
  type Answer,
  eventually,
  request,
  type Shopper,
  startShop,
  type TestShop,
} from '../../support/shop.ts';

/** More than a gateway lets in at a time, and has in line, with the limits of this shop. */
const CROWD = 60;

const { products } = await sampleCatalogue('EUR');
const PLENTY = products
  .flatMap(({ variants }) => variants)
  .find(({ stock }) => stock > 150) as (typeof products)[number]['variants'][number];

const order = (shopper: Shopper, key: string = randomUUID()) =>
  shopper.ask('POST /v1/orders', { address: ADDRESS }, { 'idempotency-key': key });

eachEngine('at overload', (engine) => {
  let shop: TestShop;
  /** Each with something in the cart that nobody else wants the last piece of. */
  let customers: Shopper[];
  const next = () => customers.pop() as Shopper;

  beforeAll(async () => {
    const config = engine.config({ SEED: 'true', MIN_CONCURRENCY: '4', LOG_LEVEL: 'fatal' });
    shop = await startShop(config);
    customers = await manyCustomers(shop, config, 100, PLENTY.sku);
  });
  afterAll(() => shop.stop());

  const untilRefused = (flood: Flood, count = 10) => {
    const wanted = flood.refusals.length + count;
    return eventually(
      async () => flood.refusals.length,
      (refused) => refused >= wanted,
    );
  };
  const isRefused = ({ status, headers, body }: Answer) => {
    expect({ status, type: body.type }).toEqual({ status: 503, type: '/problems/overloaded' });
    const retryAfter = Number(headers.get('retry-after'));
    expect(retryAfter).toBeGreaterThanOrEqual(1);
    expect(retryAfter).toBeLessThanOrEqual(30);
    expect(body.retryAfter).toBe(retryAfter);
  };

  /** It may take long on a busy machine, but it is not refused. */
  const expectPlaced = async (shopper: Shopper) => {
    const seen: Answer[] = [];
    expect((await orderAsTold(shopper, randomUUID(), seen)).status).toBe(201);
    expect(seen.filter(({ body }) => body.type === '/problems/overloaded')).toEqual([]);
  };

  test('bodies that come slowly keep nobody from ordering', async () => {
    const ada = next();
    const head = `POST /v1/orders HTTP/1.1\r\nHost: shop\r\nAuthorization: Bearer ${ada.token}\r\n`;
    const slow = Array.from({ length: CROWD }, () =>
      new RawConnection(shop.url).send(`${head}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{`),
    );
    try {
      await eventually(
        async () => slow.filter(({ socket }) => socket.bytesWritten > 0).length,
        (sent) => sent === CROWD,
      );
      await expectPlaced(ada);
    } finally {
      for (const { socket } of slow) socket.destroy();
    }
  });

  test('browsing that takes all it can get keeps nobody from ordering, and no probe or webhook waits', async () => {
    const held = await HeldService.inPlaceOf(shop, 'category', ['list', 'get', 'check']);
    const flood = new Flood(CROWD, (count) => request(shop.url, `GET /v1/categories/none-${count}`));
    try {
      await untilRefused(flood);
      for (const refusal of flood.refusals) isRefused(refusal);
      await expectPlaced(next());
      expect((await next().ask('GET /v1/me')).status).toBe(200);
      expect((await request(shop.url, 'GET /healthz')).status).toBe(200);
      expect((await request(shop.url, 'GET /readyz')).status).toBe(200);
      const webhook = await request(shop.url, 'POST /v1/webhooks/sandbox', {
        body: '{}',
        headers: { 'sandbox-signature': 'x' },
      });
      expect(webhook.status).toBe(400);
      // It was full all the time.
      await untilRefused(flood);
    } finally {
      held.release();
      await flood.stop();
    }
    const after = await eventually(
      () => request(shop.url, `GET /v1/categories/after-${randomUUID()}`),
      ({ status }) => status !== 503,
    );
    expect(after.status).toBe(404);
  });

  test('an order that is refused was not begun; sent again as told, with its key, it is one order', async () => {
    const held = await HeldService.inPlaceOf(shop, 'checkout', ['quote']);
    const flood = new Flood(CROWD, () => request(shop.url, 'POST /v1/checkout/quote', { body: { address: ADDRESS } }));
    const key = randomUUID();
    let ada = next();
    try {
      await untilRefused(flood);
      const answer = await eventually(
        async () => {
          ada = next();
          return order(ada, key);
        },
        ({ status }) => status === 503,
      );
      isRefused(answer);
      expect(await storeOf(shop, 'order').find({ customerId: ada.id, idemKey: key })).toEqual([]);
    } finally {
      held.release();
      await flood.stop();
    }
    const placed = await orderAsTold(ada, key);
    expect(placed.status).toBe(201);
    expect((await orderAsTold(ada, key)).body.id).toBe(placed.body.id);
    expect(await storeOf(shop, 'order').find({ customerId: ada.id, idemKey: key })).toHaveLength(1);
    expect(await wrongAtRest(shop)).toEqual([]);
  });
});
