import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startCluster, type TestCluster } from '../support/cluster.ts';
import { Follower } from '../support/events.ts';
import { Guest, verify } from '../support/guests.ts';
import { Mailbox } from '../support/mailbox.ts';
import { eventually, request, Shopper } from '../support/shop.ts';

/** Guests in the real cluster, whose gateway, customer and shopping nodes are processes of their own. */
let dataDir: string;
let cluster: TestCluster;
let mails: Mailbox;
let sku: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'shop-guests-'));
  cluster = await startCluster({ env: { DATABASE_PREFIX: `guests-${process.pid}-`, SEED: 'true' }, dataDir });
  mails = new Mailbox(dataDir);
  sku = (await request(cluster.url, 'GET /v1/products/alder-merino-crew-sweater')).body.variants[0].sku;
});
afterAll(async () => {
  await cluster?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

test('a guest orders, follows and cancels; an account that verifies the address has the order', async () => {
  const guest = new Guest(cluster.url);
  await guest.put(sku, 1);
  const first = await guest.order('key');
  expect(first.status).toBe(201);
  expect((await guest.order('key')).body).toEqual(first.body);
  const order = `/v1/orders/${guest.orderId}`;
  const follower = await Follower.at(cluster.url, guest.orderId, { 'x-order-token': guest.orderToken });
  expect((await guest.ask(`GET ${order}/invoice?format=html`)).status).toBe(200);
  const [link = ''] = await mails.links(guest.email, guest.orderId);
  expect(link).toContain(`#token=${guest.orderToken}&order=${guest.orderId}`);
  const ada = await Shopper.at(cluster.url, guest.email);
  expect((await ada.ask(`GET ${order}`)).status).toBe(404);
  await verify(ada, mails);
  await eventually(
    () => ada.ask(`GET ${order}`),
    ({ status }) => status === 200,
  );
  expect((await guest.ask(`POST ${order}/cancel`, {})).status).toBe(200);
  await eventually(
    async () => follower.events.at(-1)?.data.status,
    (status) => status === 'CANCELLED',
  );
  follower.close();
});
