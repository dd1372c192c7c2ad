import { expect, test } from '@jest/globals';
import { mail } from '../../../services/customer/mail/mail.contract.ts';
import type { Mail, MailRequest } from '../../../services/customer/mail/mail.ts';
import { composeMail } from '../../../services/customer/mail/templates.ts';
import { ADDRESS } from '../../support/address.ts';
import { mailRequest, TRANSFER } from '../../support/order-documents.ts';

const EVIL = 'You won 1000 EUR evil-claim';
const KINDS: readonly Mail['request']['kind'][] = mail.actions.queue.params.kind.values;
const ORDER = mailRequest('cus_1').order;
/** Every field of an order's address that its customer has written. */
const address = Object.fromEntries(
  ['name', 'company', 'line1', 'line2', 'city', 'region', 'postcode', 'phone'].map((field) => [
    field,
    `${EVIL} ${field}`,
  ]),
);

const OF_ORDERS = /order|return|refund|payment|transfer/;
/** A mail of a kind with all that one may have; what the shop itself writes is left as it is. */
function hostile(kind: MailRequest['kind']): MailRequest {
  const request = { id: 'x', customerId: 'cus_1', kind, to: 'victim@example.com' };
  const shipment = { carrier: 'Post', trackingNumber: 'RR1DE' };
  const order = { ...ORDER, shippingAddress: { ...ADDRESS, ...address } };
  if (OF_ORDERS.test(kind)) return { ...request, order, shipment, transfer: TRANSFER, refund: ORDER.totals.total };
  if (kind === 'back-in-stock') return { ...request, article: { slug: 'mug', title: 'Mug', variant: 'Blue' } };
  return request;
}

test.each(KINDS)('%s, to an unverified address, has no text that a customer wrote', (kind) => {
  const link = 'https://shop.example/account';
  const { subject, text, html } = composeMail(hostile(kind), undefined, link);
  for (const part of [subject, text, html]) expect(part).not.toContain('evil-claim');
  expect(text).toMatch(/^Hello,\n/);
  // To a verified address it has: the patterns above do find such texts.
  const verified = composeMail(hostile(kind), `${EVIL} name`, link);
  expect(verified.text).toContain(`Hello ${EVIL} name,`);
});
