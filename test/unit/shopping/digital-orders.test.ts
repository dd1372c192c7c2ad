import { describe, expect, test } from '@jest/globals';
import { priceLines } from '../../../services/shopping/checkout/pricing/price.ts';
import { standardRules } from '../../../services/shopping/checkout/pricing/standard-rules.ts';
import { takeFulfilmentStep } from '../../../services/shopping/order/fulfilment.ts';
import { beginOrder, type Order } from '../../../services/shopping/order/order.ts';
import { remainderOf } from '../../../services/shopping/order/refund/refund-lines.ts';
import { dueDeliveryRefund } from '../../../services/shopping/order/refund/return-worth.ts';
import { refuseMissingAddress } from '../../../services/shopping/order/saga/order-acceptance.ts';
import { orderIn } from '../../support/orders.ts';

const NOW = new Date('2026-03-01T10:00:00Z');
const STAFF = { role: 'staff', id: 'cus_2' } as const;
const line = (sku: string, requiresShipping: boolean) => ({
  ...{ sku, productId: `prd_${sku}`, title: sku, variant: 'One', category: 'things', taxClass: 'standard' },
  ...{ weight: 300, requiresShipping, quantity: 1, unitPrice: { amount: 1000, currency: 'EUR' } },
});
const priced = (...lines: ReturnType<typeof line>[]) =>
  priceLines({ lines, country: 'DE', coupons: [], rules: standardRules, currency: 'EUR' });
const EBOOK = line('EBOOK', false);
const MUG = line('MUG', true);
const orderOf = (state: 'PAID' | 'PACKED' | 'SHIPPED', ...lines: ReturnType<typeof line>[]): Order => {
  const who = { id: 'ord_01KJMVC9R0AAAAAAAAAAAAAAAA', customerId: 'cus_1', idemKey: 'key', fingerprint: 'print' };
  const begun = beginOrder(
    {
      ...who,
      owner: 'node',
      priced: priced(...lines),
      destination: { country: 'DE' },
      ...{ paymentMethod: 'tok', provider: 'sandbox', paymentTime: 60_000 },
    },
    NOW,
  );
  return orderIn(state, { ...begun, rev: 0 }, NOW);
};
const deliver = (order: Order, despiteDispute?: boolean) =>
  takeFulfilmentStep(order, { to: 'DELIVERED', despiteDispute }, STAFF, NOW).answer;
const problem = (type: string) => expect.objectContaining({ type });

describe('an order without goods to ship', () => {
  test.each(['PAID', 'PACKED'] as const)('is delivered when it is %s, and its invoice is issued then', (state) => {
    const delivered = deliver(orderOf(state, EBOOK));
    expect(delivered).toMatchObject({ state: 'DELIVERED', shipment: null });
    expect(delivered.outbox).toMatchObject([{ action: 'invoice.issue' }]);
    expect(deliver(delivered)).toBe(delivered);
  });

  test('whose payment is disputed is delivered only if staff says so', () => {
    const dispute = { id: 'dp_1', state: 'OPEN', amount: { amount: 1000, currency: 'EUR' }, reason: 'fraud', at: NOW };
    const disputed = { ...orderOf('PAID', EBOOK), disputes: [dispute] } as Order;
    expect(() => deliver(disputed)).toThrow(problem('order-disputed'));
    expect(deliver(disputed, true).state).toBe('DELIVERED');
  });

  test('is not shipped', () => {
    const step = { to: 'SHIPPED', carrier: 'Post', trackingNumber: 'RR1' } as const;
    expect(() => takeFulfilmentStep(orderOf('PACKED', EBOOK), step, STAFF, NOW)).toThrow(problem('wrong-state'));
  });

  test('needs no address; one with goods to ship needs an address', () => {
    const address = { name: 'Ada', line1: 'Way 1', city: 'Berlin', postcode: '10115', country: 'DE' };
    expect(() => refuseMissingAddress({ priced: priced(EBOOK), address: undefined })).not.toThrow();
    expect(() => refuseMissingAddress({ priced: priced(EBOOK, MUG), address })).not.toThrow();
    expect(() => refuseMissingAddress({ priced: priced(EBOOK, MUG), address: undefined })).toThrow(
      problem('invalid-request'),
    );
  });
});

describe('an order with goods of both kinds', () => {
  test('is shipped first', () => {
    for (const state of ['PAID', 'PACKED'] as const) {
      expect(() => deliver(orderOf(state, EBOOK, MUG))).toThrow(problem('wrong-state'));
    }
    expect(deliver(orderOf('SHIPPED', EBOOK, MUG)).state).toBe('DELIVERED');
  });

  test('has its delivery refunded when all that was shipped is back, whatever is kept of the rest', () => {
    const order = orderOf('SHIPPED', EBOOK, MUG);
    const due = (sku: string) => {
      const items = [{ sku, quantity: 1 }];
      const returned = { id: 'ret_1', key: 'key', items, approved: items, reason: '', at: NOW } as const;
      const returns = [{ ...returned, state: 'APPROVED', restock: 'DUE' } as const];
      return dueDeliveryRefund(order, returns, remainderOf(order), { days: 14, timeZone: 'UTC' });
    };
    expect([due('MUG'), due('EBOOK')]).toEqual([order.shipping.total.amount, 0]);
  });
});
