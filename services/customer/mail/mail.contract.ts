import { contract } from '../../../lib/contract/contract.ts';
import { internal } from '../../../lib/contract/presets.ts';
import { idRule, shopperId } from '../../shared/ids.ts';
import { moneyRule } from '../../shared/money.ts';
import { totalsRule } from '../../shared/priced-rules.ts';
import { postalAddress } from '../account/customer.rules.ts';

/** The part of an order that its mails show. */
const orderSummary = {
  type: 'object',
  props: {
    id: 'string',
    number: 'string',
    items: {
      type: 'array',
      items: {
        type: 'object',
        props: {
          title: 'string',
          variant: 'string',
          sku: 'string',
          quantity: 'number',
          unitPrice: moneyRule,
          lineTotal: moneyRule,
        },
      },
    },
    totals: totalsRule,
    shippingAddress: { ...postalAddress, optional: true },
    /** False: nothing of the order is shipped. */
    requiresShipping: 'boolean|optional',
    createdAt: 'string',
  },
} as const;

export const ORDER_MAIL_KINDS = [
  'order-confirmed',
  'transfer-instructions',
  'order-shipped',
  'order-refunded',
  'refund-failed',
  'order-cancelled',
  'unpaid-order-cancelled',
  'payment-declined',
  'payment-failed',
  'order-rejected',
  'return-approved',
  'return-refused',
] as const;
/** The link to a guest's order, on request. */
export const ORDER_LINK_KINDS = ['order-link'] as const;
export const LINK_MAIL_KINDS = ['verify-email', 'change-email', 'reset-password'] as const;
/** Links for guests, who have no account. */
export const GUEST_LINK_KINDS = ['guest-export', 'guest-erasure'] as const;
const ARTICLE_MAIL_KINDS = ['back-in-stock'] as const;
export const NOTICE_KINDS = ['email-changed', 'password-changed'] as const;

const mailId = { type: 'string', pattern: /^[\w:-]{1,100}$/ } as const;

export const mail = contract(
  'mail',
  {
    queue: {
      ...internal,
      summary: 'Queue a mail to a customer, once for each id',
      params: {
        id: mailId,
        /** A guest has no account, so `to` says where the mail goes. */
        customerId: shopperId,
        kind: {
          type: 'enum',
          values: [
            ...ORDER_MAIL_KINDS,
            ...ORDER_LINK_KINDS,
            ...LINK_MAIL_KINDS,
            ...GUEST_LINK_KINDS,
            ...ARTICLE_MAIL_KINDS,
            ...NOTICE_KINDS,
          ],
        },
        /** The recipient, when it is not the address of the account. */
        to: { type: 'string', max: 254, optional: true },
        /** For mails about orders. */
        order: { ...orderSummary, optional: true },
        /** For mails with a link. The link is signed when the mail is sent. */
        link: { type: 'object', optional: true, props: { nonce: 'string', expiresAt: 'string' } },
        /** For mails about an article. */
        article: { type: 'object', optional: true, props: { slug: 'string', title: 'string', variant: 'string' } },
        refund: { ...moneyRule, optional: true },
        /** Until when an order on credit has to be paid. */
        payUntil: 'string|optional',
        /** How to pay an order by bank transfer. */
        transfer: {
          type: 'object',
          optional: true,
          props: {
            iban: 'string',
            bic: 'string|optional',
            holder: 'string',
            reference: 'string',
            received: moneyRule,
            missing: moneyRule,
            payUntil: 'string',
          },
        },
        shipment: { type: 'object', optional: true, props: { carrier: 'string', trackingNumber: 'string' } },
      },
    },
    parked: {
      ...internal,
      summary: 'List the mails that could not be sent, with their errors',
      params: {},
      returns: {
        type: 'object',
        props: {
          items: { type: 'array', items: { type: 'object', props: { id: 'string', kind: 'string', error: 'string' } } },
        },
      },
    },
    export: {
      ...internal,
      summary: 'Export the mails to a customer',
      params: { customerId: shopperId },
      returns: {
        type: 'object',
        props: {
          items: {
            type: 'array',
            items: {
              type: 'object',
              props: {
                id: 'string',
                kind: 'string',
                status: 'string',
                to: 'string|optional',
                order: 'string|optional',
                at: 'string',
              },
            },
          },
        },
      },
    },
    erase: { ...internal, summary: 'Remove the mails to a customer', params: { customerId: idRule('cus') } },
    eraseGuest: {
      ...internal,
      summary: "Remove the mails to a guest's address",
      params: { email: 'string' },
    },
    assign: {
      ...internal,
      summary: 'Give the mails about an order to the account that has claimed it',
      params: { orderId: idRule('ord'), guestId: shopperId, customerId: idRule('cus') },
    },
    replay: { ...internal, summary: 'Retry a parked mail', params: { id: mailId }, problems: ['not-found'] },
  },
  {},
);
