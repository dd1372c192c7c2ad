import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Rpc } from '../../../lib/contract/contract.ts';
import { newId } from '../../../services/shared/ids.ts';
import { standardRules } from '../../../services/shopping/checkout/pricing/standard-rules.ts';
import type { NewOrder, Order } from '../../../services/shopping/order/order.ts';
import { mailOf, withSummary } from '../../../services/shopping/order/order-outbox.ts';
import { orderSummaryView } from '../../../services/shopping/order/order-view.ts';
import { acceptOrder } from '../../../services/shopping/order/saga/accept-order.ts';
import type { OrderRequest } from '../../../services/shopping/order/saga/order-acceptance.ts';
import { Database } from '../../support/model-database.ts';

const HELD_ID = newId('ord');
const ADDRESS = { name: 'Ada', line1: 'Way 1', city: 'Berlin', postcode: '10115', country: 'DE' };
const terms = {
  book: new Map([['EUR', standardRules]]),
  limits: () => ({ least: 50, largest: 99_999_999 }),
};
const requestOf = (idemKey: string): OrderRequest => ({
  ...{
    customerId: 'cus_1',
    idemKey,
    fingerprint: 'print',
    paymentMethod: 'tok',
    provider: 'sandbox',
    paymentTime: 60_000,
    owner: 'node',
  },
  body: { addressId: 'adr' },
  receivedAt: Date.now(),
});

describe('accepting an order', () => {
  let database: Database;
  let calls: string[] = [];
  let cart = { quantity: 1, generation: 0, mayBeHeld: false };

  beforeEach(() => {
    database = new Database(() => undefined);
    cart = { quantity: 1, generation: 0, mayBeHeld: false };
  });

  const accept = async (idemKey: string) => {
    calls = [];
    const content = () => ({
      items: cart.quantity > 0 ? [{ sku: 'MUG', quantity: cart.quantity }] : [],
      ...{ currency: 'EUR', claim: `cus_1:${cart.generation}` },
    });
    const offer = { productId: 'prd', slug: 'mug', title: 'Mug', variant: 'One', category: 'mugs', weight: 100 };
    const answers: Record<string, () => unknown> = {
      'cart.stored': () => ({ ...content(), mayBeHeld: cart.mayBeHeld }),
      'cart.content': () => ({ ...content(), openOrder: null, lastOrder: null }),
      'product.offers': () => [{ sku: 'MUG', ...offer, price: { amount: 1999, currency: 'EUR' } }],
      'customer.address': () => ({ id: 'adr', isDefault: true, ...ADDRESS }),
      'hold.consume': () => ({ orderId: HELD_ID }),
    };
    const call = async (name: string) => {
      calls.push(name);
      return answers[name]?.();
    };
    const orders = {
      async insert(order: NewOrder) {
        calls.push('insert');
        return database.insert('orders', order);
      },
      async findOne(filter: object) {
        calls.push('look up');
        return (database.find('orders', filter)[0] ?? null) as Order | null;
      },
    };
    return acceptOrder(requestOf(idemKey), terms, orders, { call } as unknown as Rpc);
  };

  test('looks up nothing but the cart, as the write refuses a second one', async () => {
    expect(await accept('one')).toMatchObject({ isNew: true, order: { idemKey: 'one', cartClaim: 'cus_1:0' } });
    expect(calls).toEqual(['cart.stored', 'product.offers', 'customer.address', 'insert']);
  });

  test('that is sent again is the first one, with an empty cart and with a full one', async () => {
    const { order } = await accept('one');
    for (const quantity of [0, 3]) {
      cart = { ...cart, quantity, generation: 1 };
      expect(await accept('one')).toMatchObject({ isNew: false, order: { _id: order._id } });
    }
  });

  test('of a cart that is ordered already is refused with the order that has it', async () => {
    const { order } = await accept('one');
    const open = { type: 'order-open', data: { orderId: order._id, orderStatus: 'PENDING' } };
    await expect(accept('two')).rejects.toMatchObject(open);
  });

  test('takes the id of a hold, for which it looks where the customer can have one', async () => {
    cart.mayBeHeld = true;
    expect((await accept('one')).order._id).toBe(HELD_ID);
  });

  test('that is sent again leaves the hold of the next order alone', async () => {
    await accept('one');
    cart = { quantity: 2, generation: 1, mayBeHeld: true };
    expect(await accept('one')).toMatchObject({ isNew: false });
    expect(calls).not.toContain('hold.consume');
  });

  test('of an empty cart is refused', async () => {
    cart.quantity = 0;
    await expect(accept('one')).rejects.toMatchObject({ type: 'empty-cart' });
  });

  test('has mails without a summary in its outbox, which get that of the order when they are sent', async () => {
    const { order } = await accept('one');
    const mail = mailOf(order, 'order-confirmed');
    expect(mail.params).not.toHaveProperty('order');
    expect(withSummary(mail, order).params).toEqual({ ...mail.params, order: orderSummaryView(order) });
    const stored = withSummary(mail, { ...order, createdAt: new Date(0) });
    expect(withSummary(stored, order)).toEqual(stored);
  });
});
