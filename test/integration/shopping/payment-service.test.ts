import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '../../../services/shared/ids.ts';
import { TEST_TOKENS } from '../../../services/shopping/payment/providers/sandbox/sandbox-tokens.ts';
import { storeOf } from '../../support/books.ts';
import { eachEngine } from '../../support/engines.ts';
import { startShop, type TestShop } from '../../support/shop.ts';

eachEngine('the payment service', (engine) => {
  const TOTAL = { amount: 1000, currency: 'EUR' };
  const euros = (amount: number) => ({ amount, currency: 'EUR' });
  let shop: TestShop;

  beforeAll(async () => {
    shop = await startShop(engine.config({ LOG_LEVEL: 'fatal', SERVICES: 'shopping,api' }));
  });
  afterAll(() => shop.stop());

  const charge = (orderId: string, method = 'tok_approve', amount = TOTAL) =>
    shop.broker.call('payment.charge', { key: orderId, amount, method });
  const cancel = (orderId: string) => shop.broker.call('payment.cancel', { key: orderId, amount: TOTAL });
  const refund = (orderId: string, refundId: string, amount: number) =>
    shop.broker.call('payment.refund', {
      ...{ key: orderId, refundId, amount: euros(amount), captured: TOTAL },
      reference: `sandbox_${orderId}`,
    });
  const ledger = (orderId: string) => storeOf(shop, 'sandbox').get(orderId);
  const twenty = <R>(act: (n: number) => Promise<R>) =>
    Promise.allSettled(Array.from({ length: 20 }, (_, n) => act(n)));

  describe('charges a key once', () => {
    test('however many do it at the same time, by any token', async () => {
      // Whose outcome comes with time.
      const isLate = /^tok_(slow$|late_|challenge_approved|challenge_declined)/;
      const tokens = TEST_TOKENS.filter((token) => !isLate.test(token));
      await Promise.all(
        tokens.map(async (method) => {
          const id = newId('ord');
          const outcomes = await twenty(() => charge(id, method));
          const words = outcomes.map((one) => (one.status === 'fulfilled' ? one.value.outcome : one.reason.type));
          const isAsked = method.startsWith('tok_challenge') || method === 'tok_redirect';
          const word = isAsked ? 'requires-action' : method === 'tok_decline' ? 'declined' : 'captured';
          const lost = words.filter((other) => other !== word);
          expect([method, lost]).toEqual([method, lost.map(() => 'unavailable')]);
          expect((await ledger(id))?.captured).toBe(word === 'captured' ? 1000 : 0);
        }),
      );
    });

    test('and not again with another amount, or by another method', async () => {
      const id = newId('ord');
      await charge(id);
      await expect(charge(id, 'tok_approve', euros(999))).rejects.toThrow('before');
      expect(await charge(id, 'tok_decline')).toMatchObject({ outcome: 'captured' });
      await expect(charge(id, 'tok_of_mine')).rejects.toMatchObject({ type: 'unknown-payment-method', code: 422 });
      expect(await ledger(id)).toMatchObject({ captured: 1000, rev: 0 });
    });

    test('after an attempt that never arrived: only the next one counts', async () => {
      const id = newId('ord');
      await expect(charge(id, 'tok_timeout_not_charged')).rejects.toMatchObject({ type: 'unavailable' });
      expect((await ledger(id))?.captured).toBe(0);
      expect(await charge(id, 'tok_timeout_not_charged')).toMatchObject({ outcome: 'captured' });
    });
  });

  describe('refunds', () => {
    test('once, for one id', async () => {
      const [id, refundId] = [newId('ord'), newId('rfd')];
      await charge(id);
      const done = await twenty(() => refund(id, refundId, 300));
      expect(done.filter(({ status }) => status === 'rejected')).toEqual([]);
      expect(await ledger(id)).toMatchObject({ refunded: 300, refunds: { [refundId]: 300 } });
      await expect(refund(id, refundId, 301)).rejects.toThrow('300');
    });

    test('never above what was captured', async () => {
      const id = newId('ord');
      await charge(id);
      const done = await twenty(() => refund(id, newId('rfd'), 300));
      const refused = done.flatMap((one) =>
        one.status === 'fulfilled' && one.value.outcome === 'refused' ? [one.value] : [],
      );
      expect(refused).toEqual(Array(17).fill({ outcome: 'refused', reason: 'more_than_left' }));
      expect((await ledger(id))?.refunded).toBe(900);
      expect(await refund(id, newId('rfd'), 100)).toEqual({ outcome: 'refunded' });
      expect(await refund(id, newId('rfd'), 1)).toEqual({ outcome: 'refused', reason: 'more_than_left' });
    });

    test('nothing below one cent', async () => {
      const id = newId('ord');
      await charge(id);
      for (const amount of [0, -5]) {
        await expect(refund(id, newId('rfd'), amount)).rejects.toMatchObject({ type: 'VALIDATION_ERROR' });
      }
      expect((await ledger(id))?.refunded).toBe(0);
    });
  });

  describe('cancels', () => {
    test.each(TEST_TOKENS)('before the charge, which makes a later charge by %s fail', async (method) => {
      const id = newId('ord');
      await cancel(id);
      expect(await charge(id, method)).toEqual({ outcome: 'declined', reason: 'cancelled' });
      await cancel(id);
      expect(await ledger(id)).toMatchObject({ state: 'cancelled', captured: 0 });
    });

    test('after the charge, which refunds what is left, once', async () => {
      const id = newId('ord');
      await charge(id);
      await refund(id, newId('rfd'), 300);
      await twenty(() => cancel(id));
      expect(await ledger(id)).toMatchObject({ state: 'cancelled', captured: 1000, refunded: 1000 });
      expect(await charge(id)).toEqual({ outcome: 'declined', reason: 'cancelled' });
    });

    test('while it is being charged, and nothing is kept', async () => {
      await twenty(async () => {
        const id = newId('ord');
        await Promise.all([charge(id, 'tok_two_step').catch(() => undefined), cancel(id), charge(id, 'tok_two_step')]);
        const { state, captured = 0, refunded = 0 } = (await ledger(id)) ?? {};
        expect([state, captured - refunded]).toEqual(['cancelled', 0]);
      }).then((all) => expect(all.filter(({ status }) => status === 'rejected')).toEqual([]));
    });

    test('what the provider has not decided yet, and it is not captured later', async () => {
      const id = newId('ord');
      expect(await charge(id, 'tok_late_webhook')).toEqual({ outcome: 'pending' });
      await cancel(id);
      expect(await ledger(id)).toMatchObject({ state: 'cancelled', captured: 0, dueAt: null });
    });
  });

  test('shows its books page by page', async () => {
    const all = await storeOf(shop, 'sandbox').find({});
    const found: { id: string; amount: number; captured: number }[] = [];
    for (let after: string | null | undefined; after !== null; ) {
      const page: { items: typeof found; next: string | null; external: boolean } = await shop.broker.call(
        'payment.books',
        { limit: 7, ...(after === undefined ? {} : { after }) },
      );
      expect(page.external).toBe(false);
      found.push(...page.items);
      after = page.next;
    }
    expect(found.map(({ id }) => id)).toEqual(all.map(({ _id }) => _id).sort());
    expect(all.length).toBeGreaterThan(20);
  });
});
