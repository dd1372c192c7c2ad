import { named } from '../../../lib/contract/named.ts';
import { pageOf } from '../../../lib/contract/page.ts';
import { ownData } from '../../../lib/contract/presets.ts';
import { orderViewRule } from '../../shopping/order/order.rules.ts';
import { knownPassword } from '../account/customer.rules.ts';

/** Export and erasure of personal data (GDPR Art. 15, 17, 20); part of the `customer` contract. */
export const privacyActions = {
  export: {
    summary: 'Export all personal data about me as one document',
    ...ownData,
    idempotent: true,
    timeout: 30_000,
    rest: 'GET /v1/me/export',
    params: {},
    returns: named('PersonalData', {
      type: 'object',
      props: {
        exportedAt: 'string',
        profile: { type: 'record', key: 'string', value: { type: 'any' } },
        addresses: { type: 'array', items: { type: 'any' } },
        sessions: { type: 'array', items: { type: 'any' } },
        consents: { type: 'array', items: { type: 'any' } },
        wishlist: { type: 'array', items: { type: 'any' } },
        cart: { type: 'object', props: { currency: 'string', items: { type: 'array', items: { type: 'any' } } } },
        orders: pageOf(orderViewRule).props.items,
        payments: { type: 'array', items: { type: 'any' } },
        invoices: { type: 'array', items: { type: 'any' } },
        creditNotes: { type: 'array', items: { type: 'any' } },
        stockAlerts: { type: 'array', items: { type: 'any' } },
        mails: { type: 'array', items: { type: 'any' } },
        reviews: { type: 'array', items: { type: 'any' } },
        votes: { type: 'array', items: { type: 'any' } },
      },
    }),
  },
  erase: {
    summary: 'Erase my account and all personal data about me; orders are kept without my name',
    ...ownData,
    idempotent: false,
    rateClass: 'login',
    takesBody: true,
    rest: 'DELETE /v1/me',
    status: 204,
    params: { password: knownPassword },
    problems: ['wrong-credentials', 'too-many-attempts', 'orders-open'],
  },
} as const;
