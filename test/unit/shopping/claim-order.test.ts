import { expect, test } from '@jest/globals';
import { verifiedFields } from '../../../services/customer/account/guest-claim.ts';
import { priceLines } from '../../../services/shopping/checkout/pricing/price.ts';
import { standardRules } from '../../../services/shopping/checkout/pricing/standard-rules.ts';
import { claimOrder } from '../../../services/shopping/order/guest/claim-order.ts';
import {
  hashOrderToken,
  issuedTokenOf,
  orderTokenOf,
  withTokenHash,
} from '../../../services/shopping/order/guest/order-token.ts';
import { beginOrder, type Order } from '../../../services/shopping/order/order.ts';
import { mailOf } from '../../../services/shopping/order/order-outbox.ts';
import { ADDRESS } from '../../support/address.ts';

const NOW = new Date('2026-03-01T10:00:00Z');
const GUEST_ID = `gst_${'A'.repeat(43)}`;
const ADA = 'cus_01KJMVC9R0AAAAAAAAAAAAAAAA';
const EVE = 'cus_01KJMVC9R0BBBBBBBBBBBBBBBB';
const line = {
  ...{ sku: 'MUG', productId: 'prd_1', title: 'Mug', variant: 'One', category: 'mugs', taxClass: 'standard' },
  ...{ weight: 300, quantity: 2, unitPrice: { amount: 1000, currency: 'EUR' } },
};
const guest = {
  ...{ id: GUEST_ID, key: `${GUEST_ID}:key`, email: 'ada@example.com', couponHolder: GUEST_ID },
  tokenHashes: [hashOrderToken(orderTokenOf('ord_01KJMVC9R0AAAAAAAAAAAAAAAA', 'secret'))],
};
const order: Order = {
  ...beginOrder(
    {
      ...{ id: 'ord_01KJMVC9R0AAAAAAAAAAAAAAAA', customerId: GUEST_ID, guest, idemKey: 'key' },
      ...{ fingerprint: 'print', owner: 'node', shippingAddress: ADDRESS },
      ...{ paymentMethod: 'tok_approve', provider: 'sandbox', paymentTime: 60_000 },
      priced: priceLines({ lines: [line], country: 'DE', coupons: [], rules: standardRules, currency: 'EUR' }),
    },
    NOW,
  ),
  rev: 0,
};

test('a claimed order is the account’s, with its documents and mails, and its work is due', () => {
  const outbox = [mailOf(order, 'order-confirmed')];
  const { answer } = claimOrder({ ...order, outbox, nextAt: null }, ADA, NOW);
  expect(answer).toMatchObject({ customerId: ADA, guest: { key: guest.key, tokenHashes: guest.tokenHashes } });
  expect(answer.nextAt).toBeInstanceOf(Date);
  expect(answer.outbox.map(({ action }) => action)).toEqual([
    'mail.queue',
    'invoice.assign',
    'credit-note.assign',
    'mail.assign',
  ]);
  expect(answer.outbox[0]?.params).toMatchObject({ customerId: ADA });
  // No header has a line break: the customer can have no order of this key.
  expect(answer.idemKey).toMatch(/^\n/);
});

test('it stays with the account that has claimed it', () => {
  const claimed = claimOrder(order, ADA, NOW).answer;
  expect(claimOrder(claimed, EVE, NOW)).toEqual({ answer: claimed });
});

test('a customer’s own order is not claimed', () => {
  const { guest: _, ...own } = order;
  expect(claimOrder({ ...own, customerId: ADA }, EVE, NOW).patch).toBeUndefined();
});

test('a parked order waits for staff after a claim, too', () => {
  const { patch } = claimOrder({ ...order, parkedAt: NOW, nextAt: null }, ADA, NOW);
  expect(patch).not.toHaveProperty('nextAt');
});

test('an address is verified, and its claim is due, in one write', () => {
  expect(verifiedFields(NOW)).toEqual({ verifiedAt: NOW, guestClaim: { nextAt: NOW } });
});

test('a token that was given out is found again, also by the secret before; another secret has none', () => {
  const token = orderTokenOf(order._id, 'secret');
  expect(issuedTokenOf(order, { tokenSecret: 'secret' })).toBe(token);
  expect(issuedTokenOf(order, { tokenSecret: 'new', previousSecret: 'secret' })).toBe(token);
  expect(issuedTokenOf(order, { tokenSecret: 'new' })).toBeUndefined();
  expect(orderTokenOf('ord_other', 'secret')).not.toBe(token);
});

test('an order keeps the hashes of its latest tokens, each once', () => {
  const many = ['a', 'b', 'c', 'd', 'e', 'f', 'b'].reduce<string[]>(withTokenHash, []);
  expect(many).toEqual(['c', 'd', 'e', 'f', 'b']);
});
