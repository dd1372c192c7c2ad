import { expect, jest, test } from '@jest/globals';
import { type Allowance, leaseRequests, noAllowance } from '../../../services/customer/guard/limit.ts';
import { MailLimit } from '../../../services/customer/mail/mail-limit.ts';

type Take = { key: string; count: number; limit: number; window: number };

/** Nodes of a shop, whose limits are in one database. */
function shopOf(count: number) {
  let now = +new Date('2025-11-24T12:00:00Z');
  const allowances = new Map<string, Allowance>();
  const take = jest.fn(async (_: string, { key, ...request }: Take) => {
    const known = allowances.get(key) ?? { ...noAllowance(key, new Date(now)), rev: 0 };
    const { answer, patch } = leaseRequests(known, request, new Date(now));
    allowances.set(key, { ...known, ...patch });
    return answer;
  });
  const logger = { warn: jest.fn() };
  const caller = { broker: { call: take as never }, logger };
  const limits = Array.from({ length: count }, () => new MailLimit({ tokenSecret: 'secret' }, () => now));
  const send = async (to: string, mails: number) => {
    const counted = Array.from({ length: mails }, (_, n) => limits[n % count]?.countUnverified(caller, to));
    return (await Promise.all(counted)).filter(Boolean).length;
  };
  const pass = (ms: number) => {
    now += ms;
  };
  return { send: send, take, logger, pass };
}

test('of the order mails of a window to an unverified address, 20 are let through, by a write for each five', async () => {
  const shop = shopOf(1);
  expect(await shop.send('eve@example.com', 7)).toBe(7);
  expect(await shop.send('eve@example.com', 30)).toBe(13);
  expect(await shop.send('eve@example.com', 30)).toBe(0);
  expect(shop.take).toHaveBeenCalledTimes(4);
  expect(await shop.send('ada@example.com', 1)).toBe(1);
});

test('several nodes together let no more than 20 through', async () => {
  const shop = shopOf(7);
  const first = await shop.send('eve@example.com', 7);
  const all = first + (await shop.send('eve@example.com', 700));
  expect(all).toBe(20);
});

test('each window has mails of its own, and none of the window before', async () => {
  const shop = shopOf(1);
  expect(await shop.send('eve@example.com', 1)).toBe(1);
  shop.pass(16 * 60_000);
  expect(await shop.send('eve@example.com', 50)).toBe(20);
  shop.pass(16 * 60_000);
  expect(await shop.send('eve@example.com', 50)).toBe(20);
});

test('mails are let through while the limit cannot be read', async () => {
  const shop = shopOf(1);
  shop.take.mockRejectedValue(new Error('away'));
  expect(await shop.send('eve@example.com', 1)).toBe(1);
  expect(shop.take).toHaveBeenCalledTimes(3);
  expect(shop.logger.warn).toHaveBeenCalledTimes(1);
});
