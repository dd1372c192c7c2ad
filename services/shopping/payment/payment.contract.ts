import { contract } from '../../../lib/contract/contract.ts';
import { named } from '../../../lib/contract/named.ts';
import { internal } from '../../../lib/contract/presets.ts';
import { auditPageParams } from '../../../mixins/store/audit-page.ts';
import { positiveMoneyRule } from '../../shared/money.ts';
import { captured, ledgerPage, refundOutcome, requiresAction, statement } from './payment.rules.ts';
import { paymentKeyRule } from './payment-key.ts';
import { paymentMethodActions } from './payment-methods.contract.ts';
import { bySignatureParam } from './providers/registry.ts';

const REFUND_KEY = /^rfd_[0-9A-Z]{26}(_\d+)?$/;

/** The provider takes each command once, by the key of the try or the id of the refund: repeating it is safe. */
const keyed = {
  ...internal,
  // A provider may take several seconds, and several attempts; customers do not wait for the end of them.
  timeout: 15_000,
} as const;

/** The provider that the order has stored. Absent on orders from before there were several: the first one of the shop. */
const provider = { type: 'string', optional: true } as const;

export const payment = contract(
  'payment',
  {
    charge: {
      ...keyed,
      summary: 'Authorise and capture the total of an order',
      params: {
        key: paymentKeyRule,
        amount: positiveMoneyRule,
        method: { type: 'string', min: 1, max: 255 },
        provider,
      },
      returns: {
        type: 'multi',
        rules: [
          {
            type: 'object',
            props: { ...captured.props, provider: 'string' },
          },
          { type: 'object', props: { outcome: { type: 'equal', value: 'declined' }, reason: 'string' } },
          { type: 'object', props: { outcome: { type: 'equal', value: 'pending' } } },
          { ...requiresAction, props: { ...requiresAction.props, provider: 'string' } },
        ],
      },
      problems: ['unknown-payment-method', 'unavailable'],
    },
    cancel: {
      ...keyed,
      summary: 'Cancel the charge of an order, refund it, and refuse a later charge',
      params: { key: paymentKeyRule, amount: positiveMoneyRule, provider },
      returns: {
        type: 'multi',
        rules: [
          { type: 'object', props: { outcome: { type: 'equal', value: 'cancelled' } } },
          {
            type: 'object',
            props: {
              outcome: { type: 'equal', value: 'refused' },
              provider: 'string',
              reference: 'string',
              reason: 'string',
            },
          },
        ],
      },
      problems: ['unavailable'],
    },
    statement: {
      ...keyed,
      summary: 'Get all refunds and disputes of the charge of an order, from the payment provider',
      params: { key: paymentKeyRule, reference: 'string', currency: 'string', provider },
      returns: statement,
      problems: ['unavailable'],
    },
    refund: {
      ...keyed,
      summary: 'Refund a part of the charge of an order, once for each refund',
      params: {
        /** The key that was charged. */
        key: paymentKeyRule,
        /** The id of the refund, followed by the number of the attempt from the second one on. */
        refundId: { type: 'string', pattern: REFUND_KEY },
        amount: positiveMoneyRule,
        captured: positiveMoneyRule,
        /** The provider's id of the charge. */
        reference: 'string',
        provider,
      },
      returns: refundOutcome,
      problems: ['unavailable'],
    },
    providers: {
      summary: 'List the payment providers that orders can have been paid by',
      ...internal,
      params: {},
      returns: { type: 'object', props: { names: { type: 'array', items: 'string' } } },
    },
    books: {
      summary: "Page through a payment provider's ledger for the auditor, by id",
      ...internal,
      params: { provider, ...auditPageParams },
      returns: {
        ...ledgerPage,
        /** `external`: the provider's ledger cannot be read here. */
        props: { ...ledgerPage.props, external: 'boolean' },
      },
    },
    ...paymentMethodActions,
    webhook: {
      summary: 'Receive a signed webhook of a payment provider',
      visibility: 'published',
      auth: 'public',
      idempotent: true,
      rest: 'POST /v1/webhooks/:provider',
      rawBody: 'payload',
      headers: bySignatureParam((signatureHeader) => signatureHeader),
      params: {
        provider: { type: 'string', max: 32 },
        /** The body byte for byte, which the signature covers. */
        payload: 'string',
        ...bySignatureParam(() => ({ type: 'string', max: 4096, optional: true }) as const),
      },
      returns: named('WebhookReceipt', { type: 'object', props: { received: 'boolean' } }),
      problems: ['invalid-signature', 'not-found'],
    },
  },
  {},
);
