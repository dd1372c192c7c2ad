import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Config } from '../../../lib/process/config.ts';
import { mail, ORDER_MAIL_KINDS } from '../../../services/customer/mail/mail.contract.ts';
import type { Mail } from '../../../services/customer/mail/mail.ts';
import { sampleCatalogue } from '../../../services/product/seed/catalogue.ts';
import { storeOf } from '../../support/books.ts';
import { eachEngine } from '../../support/engines.ts';
import { mailRequest } from '../../support/order-documents.ts';
import { eventually, Shopper, startShop, type TestShop } from '../../support/shop.ts';
import { headerOf, readable, SmtpServer } from '../../support/smtp-server.ts';
import { staffAt } from '../../support/staff.ts';

const { products } = await sampleCatalogue('EUR');
const MUG = products.flatMap(({ variants }) => variants).find(({ stock }) => stock > 60)?.sku as string;

const mailOf = (shop: TestShop, id: string) => storeOf(shop, 'mail').get(id);
const until = (shop: TestShop, id: string, state: Mail['state']) =>
  eventually(
    () => mailOf(shop, id),
    (mail) => mail?.state === state,
  );
/** Makes a mail due now, as the time that it waits for would. */
const hurry = (shop: TestShop, id: string, patch: Partial<Mail> = {}) =>
  storeOf(shop, 'mail').change(id, (_, now) => ({ answer: undefined, patch: { nextAt: now, ...patch } }));

/** As after the link in the mail was followed. */
const prove = (shop: TestShop, id: string) =>
  storeOf(shop, 'customer').change(id, (_, now) => ({ answer: undefined, patch: { verifiedAt: now } }));

/** A text that an attacker wants the shop to mail to strangers. */
const evilAddress = (text: string) => ({
  ...{ name: text, company: text, line1: text, line2: text, city: text, region: text, postcode: text, phone: text },
  country: 'DE',
});
const KINDS = mail.actions.queue.params.kind.values;

async function customerAt(shop: TestShop, name = 'Ada Byron'): Promise<{ id: string; email: string }> {
  const account = { email: `${randomUUID()}@example.com`, password: 'correct horse battery', name };
  const { customer } = await shop.broker.call('customer.register', account);
  await prove(shop, customer.id);
  return customer;
}

eachEngine('mails by SMTP', (engine) => {
  let server: SmtpServer;
  let config: Config;
  let shop: TestShop;
  let ada: { id: string; email: string };

  beforeAll(async () => {
    server = await SmtpServer.start();
    config = engine.config({
      ...{ SERVICES: 'customer', SMTP_URL: server.url, MAIL_FROM: 'Shop <shop@example.com>' },
      CIRCUIT_BREAKER_HALF_OPEN_SECONDS: '0.2',
    });
    shop = await startShop({ ...config, logLevel: 'fatal' });
    ada = await customerAt(shop);
  });
  afterAll(async () => {
    await shop.stop();
    await server.stop();
  });
  afterEach(() => {
    server.refusing = 0;
    server.dropping = false;
  });

  const queue = (request = mailRequest(ada.id)) => shop.broker.call('mail.queue', request).then(() => request);
  const timesReceived = (id: string) =>
    server.messageIds.filter((each) => each.includes(id.split(':')[0] ?? id)).length;

  test('go to the address that the customer has when they are sent, as text and as HTML', async () => {
    const { id, order } = await queue();
    await until(shop, id, 'SENT');
    const [mail] = server.received.filter(({ data }) => data.includes(order.number));
    expect(mail?.to).toBe(ada.email);
    const data = mail?.data ?? '';
    expect(headerOf(data, 'From')).toBe('Shop <shop@example.com>');
    expect(headerOf(data, 'To')).toBe(`Ada Byron <${ada.email}>`);
    expect(headerOf(data, 'Subject')).toContain(order.number);
    expect(headerOf(data, 'Message-ID')).toBe(`<${id.replace(':', '.')}@example.com>`);
    expect(headerOf(data, 'Auto-Submitted')).toBe('auto-generated');
    expect(headerOf(data, 'Content-Type')).toMatch(/^multipart\/alternative/);
    expect(readable(data)).toContain('€1,204.90');
  });

  test.each(KINDS)('%s, to an unverified address, has no text that a customer wrote', async (kind) => {
    const evil = `You won ${randomUUID()}`;
    const account = { email: `${randomUUID()}@example.com`, password: 'correct horse battery', name: evil };
    const { customer: unverified } = await shop.broker.call('customer.register', account);
    const verified = await customerAt(shop, evil);
    const stranger = `${randomUUID()}@example.com`;
    const { order } = mailRequest(unverified.id);
    const link = { nonce: 'x', expiresAt: new Date(Date.now() + 60_000).toISOString() };
    const request = {
      kind,
      link,
      ...(ORDER_MAIL_KINDS.some((one) => one === kind)
        ? { order: { ...order, shippingAddress: evilAddress(evil) } }
        : {}),
      ...(kind === 'back-in-stock' ? { article: { slug: 'mug', title: 'Mug', variant: 'Blue' } } : {}),
    };
    const [first, second] = [`${randomUUID()}:a`, `${randomUUID()}:b`];
    await shop.broker.call('mail.queue', { ...request, id: first, customerId: unverified.id });
    await shop.broker.call('mail.queue', { ...request, id: second, customerId: verified.id, to: stranger });
    for (const [id, to] of [
      [first, unverified.email],
      [second, stranger],
    ] as const) {
      await until(shop, id, 'SENT');
      const sent = server.received.filter(({ data }) => data.includes(id.replace(':', '.')));
      expect(sent.map((mail) => mail.to)).toEqual([to]);
      expect(headerOf(sent[0]?.data ?? '', 'To')).toBe(to);
      expect(readable(sent[0]?.data ?? '')).not.toContain('You won');
    }
  });

  test('about many orders to an unverified address are dropped, those to a verified one sent', async () => {
    const account = { email: `${randomUUID()}@example.com`, password: 'correct horse battery', name: 'Eve' };
    const { customer } = await shop.broker.call('customer.register', account);
    const statesFor = async (customerId: string) => {
      const kinds = ['order-confirmed', 'payment-failed', 'unpaid-order-cancelled'] as const;
      const requests = Array.from({ length: 15 }, () => kinds.map((kind) => mailRequest(customerId, { kind }))).flat();
      for (const request of requests) await queue(request);
      return eventually(
        () => Promise.all(requests.map(({ id }) => mailOf(shop, id).then((mail) => mail?.state))),
        (states) => !states.includes('QUEUED'),
      );
    };
    const toUnverified = await statesFor(customer.id);
    expect(toUnverified.slice(0, 3)).toContain('SENT');
    // 20 in a quarter of an hour, and one may have ended meanwhile.
    expect(toUnverified.filter((state) => state === 'DROPPED').length).toBeGreaterThanOrEqual(5);
    expect(toUnverified.filter((state) => state === 'SENT').length).toBeGreaterThanOrEqual(20);
    expect(new Set(await statesFor(ada.id))).toEqual(new Set(['SENT']));
  });

  test('are sent once, however often they are queued under one id', async () => {
    const request = mailRequest(ada.id);
    await Promise.all(Array.from({ length: 50 }, () => queue(request)));
    await until(shop, request.id, 'SENT');
    await queue(request);
    // By then a second mail would have been sent, too.
    await until(shop, (await queue()).id, 'SENT');
    expect(timesReceived(request.id)).toBe(1);
  });

  test('that a server refuses at first arrive later, once', async () => {
    server.refusing = 2;
    const { id } = await queue();
    await eventually(
      () => mailOf(shop, id),
      (mail) => mail?.failures === 2,
    );
    expect((await until(shop, id, 'SENT'))?.error).toContain('451');
    expect(timesReceived(id)).toBe(1);
  });

  test('that fail for the 20th time are parked with the error, and sent when an operator says so', async () => {
    server.refusing = Number.POSITIVE_INFINITY;
    const { id, kind } = await queue();
    await eventually(
      () => mailOf(shop, id),
      (mail) => mail?.failures === 1,
    );
    await hurry(shop, id, { failures: 19 });
    await until(shop, id, 'PARKED');
    const { items } = await shop.broker.call('mail.parked');
    expect(items).toEqual([{ id, kind, error: expect.stringContaining('451') }]);
    const listed = await shop.broker.call('due.list', {});
    expect(listed.items).toMatchObject([{ queue: 'mails', id, failures: 20, error: expect.stringContaining('451') }]);

    server.refusing = 0;
    await shop.broker.call('mail.replay', { id });
    await until(shop, id, 'SENT');
    expect(await shop.broker.call('mail.parked')).toEqual({ items: [] });
    await shop.broker.call('mail.replay', { id });
    expect(await mailOf(shop, id)).toMatchObject({ state: 'SENT' });
    expect(timesReceived(id)).toBe(1);
    await expect(shop.broker.call('mail.replay', { id: 'no-such-mail' })).rejects.toMatchObject({ type: 'not-found' });
  });

  test('wait for a server that is away, which counts against none of them, and are sent when it is back', async () => {
    server.dropping = true;
    const requests = Array.from({ length: 8 }, () => mailRequest(ada.id));
    const before = server.connections;
    for (const request of requests) await queue(request);
    // By the sixth the breaker has opened, or all of them have found out.
    await eventually(
      async () => server.connections,
      (count) => count >= before + 6,
    );
    for (const { id } of requests) expect(await mailOf(shop, id)).toMatchObject({ state: 'QUEUED', failures: 0 });
    server.dropping = false;
    for (const { id } of requests) await hurry(shop, id);
    for (const { id } of requests) await until(shop, id, 'SENT');
    expect(requests.map(({ id }) => timesReceived(id))).toEqual(Array(8).fill(1));
  });

  test('to an unknown customer are dropped', async () => {
    const { id } = await queue(mailRequest('cus_01JNVVWZEZHWMHB63K63A6KM7H'));
    await until(shop, id, 'DROPPED');
    expect(timesReceived(id)).toBe(0);
  });

  test('of a process that died between sending and noting it are sent again, and can be told by their id', async () => {
    const { id } = await queue();
    await until(shop, id, 'SENT');
    // What the database has then: a mail whose lease has run out.
    await hurry(shop, id, { state: 'QUEUED' });
    await until(shop, id, 'SENT');
    const ids = server.messageIds.filter((each) => each.includes(id.split(':')[0] ?? id));
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
  });

  test('that wait when their node stops are sent by the next one, each once', async () => {
    const own = engine.config({ SERVICES: 'customer', SMTP_URL: server.url, MAIL_FROM: 'shop@example.com' });
    const first = await startShop(own);
    const { id: customerId } = await customerAt(first);
    const requests = Array.from({ length: 40 }, () => mailRequest(customerId));
    server.delay = 20;
    await Promise.all(requests.map((request) => first.broker.call('mail.queue', request)));
    await first.stop();
    server.delay = 0;
    expect(requests.filter(({ id }) => timesReceived(id) === 0)).not.toEqual([]);
    const next = await startShop(own);
    try {
      // None has the lease with which it was inserted: it was sent, or given up for the next node.
      const mails = await Promise.all(requests.map(({ id }) => mailOf(next, id)));
      expect(mails.filter((mail) => mail?.rev === 0)).toEqual([]);
      for (const { id } of requests) await until(next, id, 'SENT');
      expect(requests.filter(({ id }) => timesReceived(id) !== 1)).toEqual([]);
    } finally {
      await next.stop();
    }
  });

  // On NeDB one process has the files.
  const onMongo = engine.name === 'mongo' ? test : test.skip;
  onMongo('are sent once when two nodes find them at the same time', async () => {
    const other = await startShop({ ...config, nodeId: 'other', logLevel: 'fatal' });
    try {
      const requests = Array.from({ length: 100 }, () => mailRequest(ada.id));
      // So slow that both look for work while the other is at it.
      server.delay = 20;
      await Promise.all(requests.map(queue));
      for (const { id } of requests) await until(shop, id, 'SENT');
      expect(requests.filter(({ id }) => timesReceived(id) !== 1)).toEqual([]);
    } finally {
      server.delay = 0;
      await other.stop();
    }
  });
});

eachEngine('mails without SMTP_URL', (engine) => {
  let config: Config;
  let shop: TestShop;
  beforeAll(async () => {
    config = engine.config({ SEED: 'true' });
    shop = await startShop(config);
  });
  afterAll(() => shop.stop());

  const folder = () => join(config.dataDir, 'outbox-mail');
  const filesOf = async (id: string) =>
    (await readdir(folder()).catch(() => [] as string[])).filter(
      (name) => name.startsWith(id) && name.endsWith('.eml'),
    );
  const fileOf = async (id: string) => {
    const [name] = await eventually(
      () => filesOf(id),
      (names) => names.length > 0,
    );
    return (await readFile(join(folder(), name as string), 'utf8')).replaceAll('\r\n', '\n');
  };

  test('are files that a mail program opens', async () => {
    const ada = await customerAt(shop);
    const request = mailRequest(ada.id);
    await shop.broker.call('mail.queue', request);
    await until(shop, request.id, 'SENT');
    const mail = await fileOf(request.order.id);
    expect(headerOf(mail, 'To')).toBe(`Ada Byron <${ada.email}>`);
    expect(headerOf(mail, 'Date')).not.toBe('');
    expect(readable(mail)).toContain('3 x Mug, Blue');
    // Another mail may be written at this moment.
    await eventually(
      async () => (await readdir(folder())).filter((name) => !name.endsWith('.eml')),
      (unfinished) => unfinished.length === 0,
    );
  });

  describe('an order', () => {
    test('is confirmed, told of when it is shipped, and each refund has a mail of its own', async () => {
      const ada = await Shopper.at(shop.url);
      await prove(shop, ada.id);
      const staff = await staffAt(shop);
      await ada.put(MUG, 2);
      const { id, number } = (await ada.order()).body;
      const confirmed = await fileOf(`${id}-order-confirmed`);
      expect(headerOf(confirmed, 'To')).toBe(`Ada Byron <${ada.email}>`);
      expect(headerOf(confirmed, 'Subject')).toBe(`Your order ${number}`);

      await staff.ask(`POST /v1/admin/orders/${id}/pack`, {});
      await staff.ask(`POST /v1/admin/orders/${id}/ship`, { carrier: 'Post', trackingNumber: 'RR1DE' });
      expect(readable(await fileOf(`${id}-order-shipped`))).toContain('with Post, tracking number RR1DE');

      for (const key of ['one', 'two']) {
        const refund = { amount: 100, reason: 'late' };
        await staff.ask(`POST /v1/admin/orders/${id}/refunds`, refund, { 'idempotency-key': key });
      }
      const { refunds } = (await ada.ask(`GET /v1/orders/${id}`)).body;
      expect(refunds).toHaveLength(2);
      for (const refund of refunds)
        expect(readable(await fileOf(refund.id))).toContain('We have sent €1.00 back to you.');
    });

    test('that is cancelled has one mail of that, however often it is cancelled', async () => {
      const ada = await Shopper.at(shop.url);
      await ada.put(MUG, 1);
      const { id, number } = (await ada.order()).body;
      await Promise.all(Array.from({ length: 5 }, () => ada.ask(`POST /v1/orders/${id}/cancel`, {})));
      const mail = await fileOf(`${id}-order-cancelled`);
      expect(headerOf(mail, 'Subject')).toBe(`Your order ${number} is cancelled`);
      expect((await filesOf(`${id}-order-cancelled`)).length).toBe(1);
    });
  });
});
