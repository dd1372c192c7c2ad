import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eachEngine } from '../../support/engines.ts';
import { reconnect } from '../../support/missed-events.ts';
import { eventually, Shopper, startShop, type TestShop } from '../../support/shop.ts';
import { staffAt } from '../../support/staff.ts';

eachEngine('a product that is sold becomes popular', (engine) => {
  let shop: TestShop;
  let staff: Shopper;
  let shopper: Shopper;
  const brand = `Brand ${randomUUID()}`;

  beforeAll(async () => {
    shop = await startShop(engine.config());
    [staff, shopper] = await Promise.all([staffAt(shop), Shopper.at(shop.url)]);
    await staff.ask('POST /v1/admin/categories', { slug: 'lamps', title: 'Lamps' });
  });
  afterAll(() => shop.stop());

  const made = async (name: string, popularity: number) => {
    const sku = `${name}-${randomUUID().slice(0, 8)}`;
    const { status, body } = await staff.ask('POST /v1/admin/products', {
      ...{ slug: sku.toLowerCase(), title: `Lamp ${name}`, brand, category: 'lamps', status: 'active', popularity },
      variants: [{ sku, title: 'One', weight: 100, prices: { EUR: { amount: 1000 } } }],
    });
    expect(status).toBe(201);
    await staff.ask(
      `POST /v1/admin/inventory/${sku}/movements`,
      { kind: 'receive', quantity: 10 },
      { 'idempotency-key': sku },
    );
    return { id: String(body.id), sku };
  };
  const order = async () => {
    const { body } = await shopper.ask(`GET /v1/products?brand=${encodeURIComponent(brand)}&sort=popularity`);
    return body.items.map(({ id }: { id: string }) => id);
  };
  const like = (ids: string[]) => (found: string[]) => String(found) === String(ids);

  test('a piece that was sold counts as much as one that staff says, and one that came back no longer', async () => {
    const [said, sold] = [await made('said', 2), await made('sold', 0)];
    await eventually(order, like([said.id, sold.id]));
    await eventually(
      async () => (await shopper.put(sold.sku, 3)).status,
      (status) => status === 200,
    );
    const placed = await shopper.order();
    expect(placed.status).toBe(201);
    await reconnect(shop); // or the catch-up would take seconds
    await eventually(order, like([sold.id, said.id]));
    expect((await staff.ask(`GET /v1/products/${sold.id}`)).body.popularity).toBeUndefined();

    await shopper.ask(`POST /v1/orders/${placed.body.id}/cancel`, {});
    await eventually(order, like([said.id, sold.id]));
  });
});
