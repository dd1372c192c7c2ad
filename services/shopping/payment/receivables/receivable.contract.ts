import { contract } from '../../../../lib/contract/contract.ts';
import { pageOf, pageParams } from '../../../../lib/contract/page.ts';
import { internal, staff } from '../../../../lib/contract/presets.ts';
import { staffLine } from '../../../../lib/contract/text-rules.ts';
import { auditPageParams } from '../../../../mixins/store/audit-page.ts';
import { anyId } from '../../../shared/ids.ts';
import { positiveMoneyRule } from '../../../shared/money.ts';
import { cancelOutcome, ledgerPage, refundOutcome, statement } from '../payment.rules.ts';
import { paymentKeyRule } from '../payment-key.ts';
import { claimStateRule, receivableProviderRule, receivableView } from './receivable.rules.ts';

const key = paymentKeyRule;

/** Staff books money of an order. */
const booking = {
  ...staff('orders:write'),
  idempotent: true,
  status: 201,
  location: '/v1/admin/orders/{orderId}/payments',
  headers: { idempotencyKey: 'Idempotency-Key' },
  params: {
    id: anyId,
    idempotencyKey: { type: 'string', min: 1, max: 255 },
    /** In minor units of the order's currency. */
    amount: positiveMoneyRule.props.amount,
    /** The value date on the bank's statement, not in the future. */
    date: { type: 'string', pattern: /^\d{4}-\d{2}-\d{2}$/, messages: { stringPattern: 'Give a day as 2026-12-24.' } },
    /** The bank's reference of the transaction. */
    bankReference: { ...staffLine, max: 140 },
  },
  returns: receivableView,
} as const;

const bookingProblems = [
  'missing-idempotency-key',
  'idempotency-key-reused',
  'invalid-request',
  'not-found',
  'limit-reached',
] as const;

/** The ledger of what customers owe for orders, where staff books what came to the shop's bank account. */
export const receivable = contract(
  'receivable',
  {
    claim: {
      ...internal,
      summary: 'Open a claim for the total of an order, once for each key',
      params: {
        key,
        provider: receivableProviderRule,
        amount: positiveMoneyRule,
        /** The days after which a claim on credit is due. Absent: the goods wait for the money. */
        netDays: { type: 'number', integer: true, min: 0, optional: true },
      },
      returns: claimStateRule,
    },
    find: {
      ...internal,
      summary: 'Look up the claim of a key',
      params: { key, amount: positiveMoneyRule },
      returns: { ...claimStateRule, nullable: true },
    },
    credit: {
      ...internal,
      summary: 'Credit a part of a claim, once for each refund',
      params: { key: { type: 'string', min: 1, max: 64 }, of: key, amount: positiveMoneyRule },
      returns: refundOutcome,
    },
    cancel: {
      ...internal,
      summary: 'Cancel a claim, and refuse a later one under its key',
      params: { key, provider: receivableProviderRule },
      returns: cancelOutcome,
    },
    statement: {
      ...internal,
      summary: 'Get the refunds of a claim',
      params: { key },
      returns: statement,
    },
    ledger: {
      ...internal,
      summary: 'Page through the ledger of a provider, by order',
      params: { provider: receivableProviderRule, ...auditPageParams },
      returns: ledgerPage,
    },
    bookReceipt: {
      ...booking,
      summary: 'Book money that came for an order to the bank account, also in part or too much',
      rest: 'POST /v1/admin/orders/:id/payments',
      problems: bookingProblems,
    },
    bookPayout: {
      ...booking,
      summary: 'Book money that was sent back by bank transfer, at most the surplus of the order',
      rest: 'POST /v1/admin/orders/:id/payouts',
      problems: [...bookingProblems, 'refund-too-high'],
    },
    account: {
      ...staff('orders:read'),
      summary: 'Get what came for an order to the bank account, what is missing and what has to be sent back',
      idempotent: true,
      rest: 'GET /v1/admin/orders/:id/payments',
      params: { id: anyId },
      returns: receivableView,
      problems: ['not-found'],
    },
    list: {
      ...staff('orders:read'),
      summary: 'List the orders whose payment is overdue, or whose surplus has to be sent back, the oldest first',
      idempotent: true,
      rest: 'GET /v1/admin/payments',
      params: { due: { type: 'enum', values: ['overdue', 'surplus'] }, ...pageParams },
      returns: pageOf(receivableView),
    },
  },
  {},
);
