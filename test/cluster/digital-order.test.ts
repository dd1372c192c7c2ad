import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sampleCatalogue } from '../../services/product/seed/catalogue.ts';
import { startCluster, type TestCluster } from '../support/cluster.ts';
import { Operator } from '../support/operator.ts';
import { eventually, request, Shopper } from '../support/shop.ts';

const { products } = await sampleCatalogue('EUR');
const [FEW] = products.flatMap(({ variants }) => variants).filter(({ stock }) => stock >= 3 && stock <= 8);
if (!FEW) throw new Error('the sample has too little');
const SKU = 'EBOOK-1';
const PREFIX = `digital-${process.pid}-`;

let cluster: TestCluster;
let operator: Operator;

beforeAll(async () => {
  cluster = await startCluster({ env: { DATABASE_PREFIX: PREFIX, SEED: 'true' } });
  operator = await Operator.at(cluster.topology(), PREFIX);
});

afterAll(async () => {
  await operator?.leave();
  await cluster?.stop();
});

test('a guest and a customer see what a country costs and what is short; an order without goods to ship needs no address', async () => {
  const { url } = cluster;
  const put = await request(url, `PUT /v1/cart/items/${FEW.sku}`, { body: { quantity: FEW.stock + 1 } });
  const short = { sku: FEW.sku, available: FEW.stock, isShort: true };
  expect(put.body.items).toMatchObject([short]);
  const headers = { 'x-cart-token': put.headers.get('x-cart-token') ?? '' };
  const quoted = await request(url, 'POST /v1/checkout/quote', { headers, body: { country: 'FR' } });
  expect(quoted).toMatchObject({ status: 200, body: { items: [{ ...short, tax: { rate: 2000 } }] } });

  const { email, password } = new Shopper(url);
  await operator.appoint(email, password);
  const { body: login } = await request(url, 'POST /v1/auth/login', { body: { email, password } });
  const token: string = login.accessToken;
  const body = {
    ...{ slug: 'ebook', title: 'An e-book', brand: 'Fernhollow', category: 'lighting', status: 'active' },
    requiresShipping: false,
    variants: [{ sku: SKU, title: 'EPUB', prices: { EUR: { amount: 3000 } }, weight: 0 }],
  };
  expect((await request(url, 'POST /v1/admin/products', { token, body })).status).toBe(201);
  const receipt = { token, body: { kind: 'receive', quantity: 10 }, headers: { 'idempotency-key': 'receipt' } };
  expect((await request(url, `POST /v1/admin/inventory/${SKU}/movements`, receipt)).status).toBe(201);
  const ada = await Shopper.at(url);
  // Each product node learns of the product and its stock by itself.
  const { body: cart } = await eventually(
    () => ada.put(SKU, 1),
    ({ status, body }) => status === 200 && body.items[0].isShort === false,
  );
  expect(cart.items).toMatchObject([{ requiresShipping: false, available: 1 }]);
  const placed = await eventually(
    () => ada.ask('POST /v1/orders', { country: 'FR' }, { 'idempotency-key': 'digital' }),
    ({ status }) => status === 201,
  );
  expect(placed).toMatchObject({ status: 201, body: { status: 'PAID', shipping: { method: 'none' } } });
  const delivered = await request(url, `POST /v1/admin/orders/${placed.body.id}/deliver`, { token, body: {} });
  expect(delivered).toMatchObject({ status: 200, body: { status: 'DELIVERED', shipment: null } });
});
