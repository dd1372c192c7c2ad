import { describe, expect, jest, test } from '@jest/globals';
import { loadConfig } from '../../../lib/process/config.ts';
import { claim, recordFailure, replay } from '../../../mixins/due-work/queue.ts';
import { ORDER_MAIL_KINDS } from '../../../services/customer/mail/mail.contract.ts';
import {
  endMail,
  isSendable,
  type Mail,
  mailQueue,
  newMail,
  releaseMail,
} from '../../../services/customer/mail/mail.ts';
import { composeMail } from '../../../services/customer/mail/templates.ts';
import { createMailTransport, SEND_TIMEOUT_MS } from '../../../services/customer/mail/transport.ts';
import { errors } from '../../../services/shared/problems.ts';
import { ADDRESS } from '../../support/address.ts';
import { mailRequest, TRANSFER } from '../../support/order-documents.ts';
import { SmtpServer } from '../../support/smtp-server.ts';

const start = new Date('2025-11-24T12:00:00Z');
const later = (ms: number) => new Date(+start + ms);
const request = mailRequest('cus_1');
const queued: Mail = { ...newMail(request, start), rev: 0 };
const apply = (mail: Mail, { patch }: { patch?: object }): Mail => ({ ...mail, ...patch });
const LEASE_MS = mailQueue.policy.leaseMs;
const claimed = (mail: Mail, now: Date) => claim(mailQueue, mail, now).answer;
const failed = (mail: Mail, own: Mail, cause: unknown, now: Date) => recordFailure(mailQueue, mail, cause, now, own);
const afterReplay = (mail: Mail, now: Date) => replay(mailQueue, mail, now);

describe('a mail', () => {
  test('is claimed by one sender at a time, and by another once its lease has run out', () => {
    const first = claimed(queued, start);
    expect(first?.nextAt).toEqual(later(LEASE_MS));
    expect(claimed(first as Mail, later(LEASE_MS - 1))).toBeUndefined();
    expect(claimed(first as Mail, later(LEASE_MS))).toBeDefined();
  });

  test.each(['SENT', 'DROPPED'] as const)(
    'that is %s stays so, also when a late sender reports another outcome',
    (state) => {
      const done = apply(queued, endMail(queued, state));
      expect(done).toMatchObject({ state, nextAt: null });
      expect(claimed(done, later(1e9))).toBeUndefined();
      expect(failed(done, queued, 'late', later(1)).patch).toBeUndefined();
      expect(afterReplay(done, later(1)).patch).toBeUndefined();
      expect(endMail(done, 'SENT').patch).toBeUndefined();
    },
  );

  test('whose sender was overtaken keeps the lease of the one that sends it now', () => {
    const slow = claimed(queued, start) as Mail;
    const fast = claimed(slow, later(LEASE_MS)) as Mail;
    expect(failed(fast, slow, 'timeout', later(LEASE_MS + 1)).patch).toBeUndefined();
    expect(failed(fast, fast, 'timeout', later(LEASE_MS + 1)).patch).toMatchObject({ failures: 1 });
  });

  test('is not begun when its lease would end before it is sent, but given to another sender', () => {
    const own = { ...newMail(request, start, true), rev: 0 };
    expect(isSendable(own, start)).toBe(true);
    expect(isSendable(own, later(LEASE_MS - SEND_TIMEOUT_MS))).toBe(false);
    const released = apply(own, releaseMail(own, own, later(1)));
    expect(claimed(released, later(1))).toBeDefined();
    const taken = claimed(own, later(LEASE_MS)) as Mail;
    expect(releaseMail(taken, own, later(LEASE_MS + 1)).patch).toBeUndefined();
    expect(releaseMail(apply(own, endMail(own, 'SENT')), own, later(1)).patch).toBeUndefined();
  });

  test('that fails is tried again after growing pauses of up to ten minutes, 20 times, and then parked', () => {
    const pauses: number[] = [];
    let mail = queued;
    let now = start;
    while (mail.nextAt) {
      now = mail.nextAt;
      const own = claimed(mail, now) as Mail;
      mail = apply(own, failed(own, own, `refused ${mail.failures}`, now));
      if (mail.nextAt) pauses.push(+mail.nextAt - +now);
    }
    expect(mail).toMatchObject({ state: 'PARKED', failures: 20, error: 'refused 19' });
    expect(pauses).toHaveLength(19);
    for (const [n, pause] of pauses.entries()) {
      const longest = Math.min(1000 * 2 ** n, 600_000);
      expect(pause).toBeGreaterThanOrEqual(longest / 2);
      expect(pause).toBeLessThanOrEqual(longest);
    }
    expect(claimed(mail, later(1e9))).toBeUndefined();
    expect(apply(mail, afterReplay(mail, now))).toMatchObject({ state: 'QUEUED', failures: 0, nextAt: now });
  });
});

test('a mail that an outage delays is tried again within ten seconds, and parked only after five days', () => {
  const away = errors.unavailable('The mail server is away.');
  const tried = (now: Date) => {
    const own = claimed({ ...queued, failures: 19 }, now) as Mail;
    return apply(own, failed(own, own, away, now));
  };
  const days = (count: number) => later(count * 86_400_000);
  const kept = tried(start);
  expect(kept).toMatchObject({ state: 'QUEUED', failures: 19 });
  expect(+(kept.nextAt ?? 0)).toBeGreaterThanOrEqual(+later(5000));
  expect(+(kept.nextAt ?? 0)).toBeLessThanOrEqual(+later(10_000));
  expect(tried(days(4.9))).toMatchObject({ state: 'QUEUED', failures: 19 });
  expect(tried(days(5))).toMatchObject({ state: 'PARKED', nextAt: null });
});

describe('the content of a mail', () => {
  const shipment = { carrier: 'Post', trackingNumber: 'RR123456785DE' };
  const refund = { amount: 1990, currency: 'EUR' };

  test('a return that is approved comes with the amount that goes back, also when that is none', () => {
    const told = (amount: number) =>
      composeMail({ ...request, kind: 'return-approved', refund: { amount, currency: 'EUR' } }, 'Ada').text;
    expect(told(1990)).toContain('€19.90 goes back to you');
    expect(told(0)).toContain('No money goes back for it');
  });

  test.each(ORDER_MAIL_KINDS)('%s: number, lines, totals and address, in text and in HTML', (kind) => {
    const { subject, text, html } = composeMail({ ...request, kind, shipment, refund, transfer: TRANSFER }, 'Ada');
    expect(subject).toContain(request.order.number);
    for (const body of [text, html]) {
      for (const part of ['Ada', request.order.number, 'November 24, 2025', '3 x Mug, Blue']) {
        expect(body).toContain(part);
      }
      for (const part of ['€1,234.50', '-€34.50', '€4.90', '€192.38', '€1,204.90', '12 Analytical Way']) {
        expect(body).toContain(part);
      }
    }
  });

  test('an order that was shipped comes with its carrier and tracking number, a refund with its amount', () => {
    const shipped = composeMail({ ...request, kind: 'order-shipped', shipment }, 'Ada');
    const refunded = composeMail({ ...request, kind: 'order-refunded', refund }, 'Ada');
    for (const body of [shipped.text, shipped.html]) expect(body).toMatch(/Post.*RR123456785DE/);
    for (const body of [refunded.text, refunded.html]) expect(body).toContain('€19.90');
  });

  test('a currency without decimals has none', () => {
    const yen = (amount: number) => ({ amount, currency: 'JPY' });
    const totals = { ...request.order.totals, total: yen(12_345) };
    expect(composeMail({ ...request, order: { ...request.order, totals } }, 'Ada').text).toContain('¥12,345\n');
  });

  test('of an order without goods to ship speaks of no parcel, no address and no shipping', () => {
    const { shippingAddress: _, ...order } = request.order;
    const { text } = composeMail(
      { ...request, kind: 'order-confirmed', order: { ...order, requiresShipping: false } },
      'Ada',
    );
    expect(text).toContain('Your order is paid.');
    for (const word of ['packing', 'Shipping', ADDRESS.line1]) expect(text).not.toContain(word);
    const parcel = composeMail({ ...request, kind: 'order-confirmed' }, 'Ada').text;
    for (const word of ['packing', 'Shipping', ADDRESS.line1]) expect(parcel).toContain(word);
  });

  test('a hostile name, title or address is shown, not run', () => {
    const evil = `<script src="//evil.example">'&`;
    const { order } = request;
    const items = order.items.map((item) => ({ ...item, title: evil, variant: evil }));
    const shippingAddress = { ...ADDRESS, name: evil, line1: evil };
    const hostile = { ...request, kind: 'order-shipped', order: { ...order, items, shippingAddress } } as const;
    const { html } = composeMail({ ...hostile, shipment: { carrier: evil, trackingNumber: evil } }, evil);
    expect(html).not.toContain('<script');
    expect(html).not.toContain(`evil.example">`);
    expect(html.split('&lt;script src=&quot;//evil.example&quot;&gt;&#39;&amp;')).toHaveLength(8);
  });
});

const letter = { id: 'a', to: { name: 'Ada', address: 'ada@example.com' }, subject: 's', text: 't', html: 'h' };
const smtpConfig = (smtpUrl: string, env = {}) => ({
  smtpUrl,
  mailFrom: 'shop@example.com',
  dataDir: '',
  circuitBreaker: loadConfig({ NODE_ENV: 'test', ...env }).circuitBreaker,
});

test('a mail server that answers each command, but all in all too slowly, is given up before the lease runs out', async () => {
  const server = await SmtpServer.start();
  try {
    server.delay = 100;
    const config = smtpConfig(server.url);
    await expect(createMailTransport(config, 250)(letter)).rejects.toMatchObject({ type: 'unavailable' });
    expect(server.received).toEqual([]);
    server.delay = 0;
    await createMailTransport(config)(letter);
    expect(server.messageIds).toEqual(['<a@example.com>']);
  } finally {
    await server.stop();
  }
});

test('a mail server that is away is not asked after some mails, refuses none for that, and is asked again later', async () => {
  const server = await SmtpServer.start();
  const clock = jest.spyOn(Date, 'now');
  try {
    const settings = { CIRCUIT_BREAKER_MIN_REQUESTS: '3', CIRCUIT_BREAKER_HALF_OPEN_SECONDS: '3600' };
    const send = createMailTransport(smtpConfig(server.url, settings));
    server.refusing = 10;
    // What it says of a mail is an answer.
    for (let n = 0; n < 10; n += 1) await expect(send(letter)).rejects.toMatchObject({ responseCode: 451 });
    expect(send.isAway()).toBe(false);
    server.dropping = true;
    for (let n = 0; n < 3; n += 1) await expect(send(letter)).rejects.toMatchObject({ type: 'unavailable' });
    expect(send.isAway()).toBe(true);
    const before = server.connections;
    for (let n = 0; n < 10; n += 1) await expect(send(letter)).rejects.toMatchObject({ type: 'unavailable' });
    expect(server.connections).toBe(before);
    server.dropping = false;
    clock.mockReturnValue(Date.now() + 3_600_000);
    expect(send.isAway()).toBe(false);
    await send(letter);
    expect([server.messageIds, send.isAway()]).toEqual([['<a@example.com>'], false]);
  } finally {
    clock.mockRestore();
    await server.stop();
  }
});
