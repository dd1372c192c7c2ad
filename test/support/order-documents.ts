import type { MailRequest as Request } from '../../services/customer/mail/mail.ts';
import { newId } from '../../services/shared/ids.ts';
import type { Money } from '../../services/shared/money.ts';
import type { InvoiceOrder } from '../../services/shopping/invoice/invoice.ts';
import { ADDRESS } from './address.ts';

const eur = (amount: number): Money => ({ amount, currency: 'EUR' });
const totals = {
  quantity: 3,
  subtotal: eur(123_450),
  discount: eur(3450),
  shipping: eur(490),
  tax: eur(19_238),
  total: eur(120_490),
  taxIncluded: true,
};
const line = { sku: 'MUG-1', title: 'Mug', variant: 'Blue', quantity: 3 };
const prices = { unitPrice: eur(41_150), lineTotal: eur(123_450) };

type MailRequest = Request & { order: NonNullable<Request['order']> };

/** What a mail is queued with, for an order of its own. */
export function mailRequest(customerId: string, change: Partial<MailRequest> = {}): MailRequest {
  const id = newId('ord');
  return {
    id: `${id}:order-confirmed`,
    customerId,
    kind: 'order-confirmed',
    order: {
      id,
      number: `251124-${id.slice(-10, -5)}-${id.slice(-5)}`,
      items: [{ ...line, ...prices }],
      totals,
      shippingAddress: ADDRESS,
      createdAt: '2025-11-24T10:00:00.000Z',
    },
    ...change,
  };
}

/** An order as an invoice is issued for it. */
export function invoiceOrder(change: Partial<InvoiceOrder> = {}): InvoiceOrder {
  const id = newId('ord');
  const tax = { rate: 1900, amount: eur(19_160) };
  const price = eur(490);
  return {
    id,
    number: `251124-${id.slice(-10, -5)}-${id.slice(-5)}`,
    customerId: 'cus_1',
    createdAt: '2025-11-24T10:00:00.000Z',
    paidAt: '2025-11-24T10:00:05.000Z',
    currency: 'EUR',
    lines: [{ ...line, ...prices, discount: eur(3450), tax, total: eur(120_000) }],
    shipping: {
      method: 'post',
      title: 'Standard',
      price,
      discount: eur(0),
      tax: { rate: 1900, amount: eur(78) },
      total: price,
    },
    discounts: [{ code: 'WELCOME', amount: eur(3450) }],
    taxes: [{ rate: 1900, base: eur(120_490), amount: eur(19_238) }],
    totals,
    billingAddress: ADDRESS,
    ...change,
  };
}

/** How to pay an order by bank transfer, in a mail. */
export const TRANSFER = {
  ...{ iban: 'DE02120300000000202051', bic: 'BYLADEM1001', holder: 'Shop Ltd', reference: '261128-7Q2MX-4T8ZK' },
  ...{ received: { amount: 0, currency: 'EUR' }, missing: { amount: 1990, currency: 'EUR' } },
  payUntil: '2026-12-05T00:00:00.000Z',
};
