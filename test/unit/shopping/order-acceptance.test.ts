import { describe, expect, test } from '@jest/globals';
import type { PricedBasket } from '../../../services/shopping/checkout/basket.ts';
import { priceLines } from '../../../services/shopping/checkout/pricing/price.ts';
import { standardRules } from '../../../services/shopping/checkout/pricing/standard-rules.ts';
import type { Order } from '../../../services/shopping/order/order.ts';
import { beginOrder } from '../../../services/shopping/order/order.ts';
import {
  type AcceptanceFacts,
  decideAcceptance,
  draftOrder,
  type OrderRequest,
  refusePriceChange,
} from '../../../services/shopping/order/saga/order-acceptance.ts';
import { orderIn } from '../../support/orders.ts';

const NOW = new Date('2026-03-01T10:00:00Z');
const ID = 'ord_01KJMVC9R0AAAAAAAAAAAAAAAA';
const eur = (amount: number) => ({ amount, currency: 'EUR' });
const line = {
  ...{ sku: 'MUG', productId: 'prd_1', title: 'Mug', variant: 'One', category: 'mugs', taxClass: 'standard' },
  ...{ weight: 300, quantity: 2, unitPrice: eur(1000) },
};
const basket = {
  priced: priceLines({ lines: [line], country: 'DE', coupons: [], rules: standardRules, currency: 'EUR' }),
  address: { name: 'Ada', line1: 'Way 1', city: 'Berlin', postcode: '10115', country: 'DE' },
  isReverseCharge: false,
  destination: { country: 'DE', postcode: '10115' },
  rules: standardRules,
  available: new Map(),
  warnings: [],
};
const request: OrderRequest = {
  ...{
    customerId: 'cus_1',
    idemKey: 'key',
    fingerprint: 'print',
    paymentMethod: 'tok',
    provider: 'sandbox',
    paymentTime: 60_000,
    owner: 'node',
  },
  body: { addressId: 'adr_1', paymentMethod: 'tok' },
  receivedAt: +NOW,
};
const cart: AcceptanceFacts['cart'] = {
  ...{ items: [{ sku: 'MUG', quantity: 2 }], currency: 'EUR', claim: 'cus_1:0', openOrder: null, lastOrder: null },
};
const emptied = { ...cart, items: [] };
const pending: Order = { ...draftOrder(request, cart, basket, ID, NOW), rev: 0 };

const decide = (facts: Partial<AcceptanceFacts> = {}) => decideAcceptance(request, { earlier: null, cart, ...facts });
const refused = (type: string, data?: object) => ({
  outcome: 'refused',
  problem: expect.objectContaining({ type, ...(data ? { data } : {}) }),
});

describe('a request for an order', () => {
  test('of a full cart is acceptable', () => {
    expect(decide()).toEqual({ outcome: 'acceptable' });
  });

  test('whose key has an order already is repeated, however the cart is by now', () => {
    const open = { id: 'ord_2', status: 'PENDING' } as const;
    for (const now of [cart, emptied, { ...cart, openOrder: open }]) {
      expect(decide({ earlier: pending, cart: now })).toEqual({ outcome: 'repeated', order: pending });
    }
  });

  test('is refused while another order of the cart is open', () => {
    const openOrder = { id: 'ord_2', status: 'PENDING' } as const;
    expect(decide({ cart: { ...cart, openOrder } })).toEqual(
      refused('order-open', { orderId: 'ord_2', orderStatus: 'PENDING' }),
    );
  });

  test('of an empty cart is refused', () => {
    expect(decide({ cart: emptied })).toEqual(refused('empty-cart'));
    const lastOrder = { id: 'ord_2', at: new Date(+NOW - 1).toISOString() };
    expect(decide({ cart: { ...emptied, lastOrder } })).toEqual(refused('empty-cart'));
  });

  test('of a cart that was ordered since the request came in is told of that order', () => {
    const lastOrder = { id: 'ord_2', at: NOW.toISOString() };
    expect(decide({ cart: { ...emptied, lastOrder } })).toEqual(
      refused('order-open', { orderId: 'ord_2', orderStatus: 'PAID' }),
    );
  });

  test.each(['PENDING', 'PAID', 'PACKED', 'SHIPPED', 'DELIVERED', 'CANCELLING', 'CANCELLED'] as const)(
    'is refused when an order that is %s has claimed the cart',
    (state) => {
      expect(decide({ claimant: orderIn(state, pending, NOW) })).toEqual(
        refused('order-open', { orderId: ID, orderStatus: state }),
      );
    },
  );

  test.each(['REJECTING', 'REJECTED'] as const)('is acceptable again when the claimant is %s', (state) => {
    expect(decide({ claimant: orderIn(state, pending, NOW) })).toEqual({ outcome: 'acceptable' });
  });

  test('is refused when the total is not the expected one, in amount and currency', () => {
    const { total } = basket.priced.totals;
    const expecting = (expectedTotal: typeof total) => () =>
      refusePriceChange({ body: { ...request.body, expectedTotal } }, basket);
    expect(expecting(total)).not.toThrow();
    expect(() => refusePriceChange(request, basket)).not.toThrow();
    for (const other of [eur(total.amount - 1), { ...total, currency: 'USD' }]) {
      expect(expecting(other)).toThrow(expect.objectContaining({ type: 'price-changed', data: { total } }));
    }
  });

  test('keeps the address of its invoice, with the VAT id that a reverse charge rests on', () => {
    const billingAddress = { ...basket.address, name: 'Engines Ltd.' };
    const draftOf = (change: Partial<PricedBasket>) => draftOrder(request, cart, { ...basket, ...change }, ID, NOW);
    expect(draftOf({})).not.toHaveProperty('billingAddress');
    expect(draftOf({ billingAddress })).toMatchObject({ billingAddress, shippingAddress: basket.address });
    const charged = draftOf({ isReverseCharge: true, address: { ...basket.address, vatId: 'FR40303265045' } });
    expect(charged).toMatchObject({ isReverseCharge: true, billingAddress: { vatId: 'FR40303265045' } });
  });

  test('becomes a pending order that claims the cart, under the id of its hold', () => {
    const draft = draftOrder({ ...request, body: { ...request.body, note: 'ring twice' } }, cart, basket, ID, NOW);
    const { priced, address: shippingAddress } = basket;
    const { body: _, receivedAt: __, guest: ___, ...who } = request;
    expect(draft).toEqual(
      beginOrder({ id: ID, ...who, note: 'ring twice', cartClaim: 'cus_1:0', priced, shippingAddress }, NOW),
    );
    expect(draft).toMatchObject({ _id: ID, state: 'PENDING', cartClaim: 'cus_1:0' });
  });
});
