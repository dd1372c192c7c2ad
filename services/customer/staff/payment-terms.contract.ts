import { named } from '../../../lib/contract/named.ts';
import { internal, staff } from '../../../lib/contract/presets.ts';
import { anyId } from '../../shared/ids.ts';

const terms = named('PaymentTerms', {
  type: 'object',
  props: {
    /** Whether the customer may pay by invoice. */
    invoice: 'boolean',
  },
});

/** What staff allows a customer to pay by; part of the `customer` contract. */
export const paymentTermsActions = {
  setPaymentTerms: {
    ...staff('customers:write'),
    summary: 'Allow a customer to pay by invoice, or no longer; orders that are placed stay as they are',
    idempotent: true,
    rest: 'PUT /v1/admin/customers/:id/payment-terms',
    params: { id: anyId, ...terms.props },
    returns: terms,
    problems: ['not-found'],
  },
  readPaymentTerms: {
    ...staff('orders:read'),
    summary: 'Get what a customer may pay by besides what everyone may',
    idempotent: true,
    rest: 'GET /v1/admin/customers/:id/payment-terms',
    params: { id: anyId },
    returns: terms,
    problems: ['not-found'],
  },
  paymentTerms: {
    ...internal,
    summary: 'Get what a customer may pay by; a guest has no permission',
    params: { customerId: anyId },
    returns: terms,
  },
} as const;
