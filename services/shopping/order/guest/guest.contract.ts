import { named } from '../../../../lib/contract/named.ts';
import { internal } from '../../../../lib/contract/presets.ts';
import { knownEmail } from '../../../customer/account/customer.rules.ts';
import { idRule } from '../../../shared/ids.ts';
import { orderViewRule } from '../order.rules.ts';

const orderId = idRule('ord');
const any = { type: 'array', items: { type: 'any' } } as const;

const forGuests = { visibility: 'published', auth: 'public', rateClass: 'login' } as const;
/** The response is the same for known and other addresses: only the mail tells the outcome. */
const quiet = { ...forGuests, idempotent: true, status: 204, problems: ['guest-checkout-disabled'] } as const;
const byLink = {
  ...forGuests,
  params: { token: { type: 'string', min: 1, max: 1024 } },
} as const;

/** Actions of guests beside those on one order, and the claims of accounts; part of the `order` contract. */
export const orderGuestActions = {
  lookup: {
    ...quiet,
    summary: "Mail the link to a guest's order again",
    rest: 'POST /v1/orders/lookup',
    params: { number: { type: 'string', max: 64, pattern: /^[\w\s-]*$/ }, email: knownEmail },
  },
  mailGuestExport: {
    ...quiet,
    summary: 'Mail a link that exports the data of a guest',
    rest: 'POST /v1/guests/export-link',
    params: { email: knownEmail },
  },
  mailGuestErasure: {
    ...quiet,
    summary: 'Mail a link that erases the data of a guest',
    rest: 'POST /v1/guests/erasure-link',
    params: { email: knownEmail },
  },
  exportGuest: {
    ...byLink,
    summary: "Export all personal data in the orders of a guest's address, by the link of a mail",
    personal: true,
    idempotent: true,
    rest: 'POST /v1/guests/export',
    returns: named('GuestData', {
      type: 'object',
      props: {
        exportedAt: 'string',
        email: 'string',
        orders: { type: 'array', items: orderViewRule },
        invoices: any,
        creditNotes: any,
        mails: any,
      },
    }),
    problems: ['guest-checkout-disabled', 'link-expired'],
  },
  eraseGuest: {
    ...byLink,
    summary: "Erase all personal data in the orders of a guest's address, by the link of a mail",
    idempotent: false,
    rest: 'POST /v1/guests/erase',
    status: 204,
    problems: ['guest-checkout-disabled', 'link-expired', 'orders-open', 'unavailable'],
  },
  guestToken: {
    ...internal,
    summary: "Get the token for the link to a guest's order; null when it has none",
    params: { orderId },
    returns: { type: 'object', props: { token: { type: 'string', nullable: true } } },
  },
  claim: {
    ...internal,
    summary: 'Give the orders of guests with an e-mail address to the account that has verified it',
    params: { email: 'string', customerId: idRule('cus') },
  },
  offer: {
    ...internal,
    summary: "Give a guest's order to the account that has verified its e-mail address, if there is one",
    params: { orderId },
  },
} as const;
