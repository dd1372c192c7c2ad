import { named } from '../../../lib/contract/named.ts';
import { publicRead } from '../../../lib/contract/presets.ts';
import { moneyRule } from '../../shared/money.ts';
import { PAYMENT_METHOD_REFUSALS } from '../../shared/problems.ts';

const code = (length: number) =>
  ({ type: 'string', pattern: new RegExp(`^[A-Z]{${length}}$`), optional: true }) as const;

const method = named('PaymentMethod', {
  type: 'object',
  props: {
    /** `card`: an order is paid by a token of a card or wallet. The others are the `paymentMethod` of an order themselves. */
    kind: { type: 'enum', values: ['card', 'transfer', 'invoice'] },
    provider: 'string',
    isAvailable: 'boolean',
    /** Why it cannot be had. */
    reason: { type: 'enum', values: PAYMENT_METHOD_REFUSALS, optional: true },
    /** The smallest and the largest total in the currency that was asked for. */
    least: { ...moneyRule, optional: true },
    largest: { ...moneyRule, optional: true },
  },
});

/** Part of the `payment` contract. */
export const paymentMethodActions = {
  methods: {
    ...publicRead,
    summary: 'List the payment methods that an order can be paid by, and of the others why not',
    // Some are for customers whom staff allows.
    personal: true,
    rest: 'GET /v1/payment-methods',
    params: {
      country: code(2),
      currency: code(3),
      /** In minor units of the currency. */
      total: { type: 'number', integer: true, min: 0, optional: true },
    },
    returns: named('PaymentMethods', { type: 'object', props: { methods: { type: 'array', items: method } } }),
  },
} as const;
