import type { Mutation } from './mutation.ts';

const LEDGER = ['test/unit/shopping/receivable.test.ts'];

/** Guards of the money that staff books, and of who may pay by what. */
export const PAYMENT_MUTATIONS: Record<string, Mutation> = {
  'a booking is not known by its key': {
    file: 'services/shopping/payment/receivables/money-bookings.ts',
    find: "one.kind !== 'credit' && one.key === key",
    replace: "one.kind !== 'credit' && one.key === key && one.fingerprint !== fingerprint",
    tests: LEDGER,
    red: /● a booking that is repeated/,
  },
  'a payout is not limited by the surplus': {
    file: 'services/shopping/payment/receivables/money-bookings.ts',
    find: "if (request.kind === 'payout' && request.amount > surplus) {",
    replace: "if (request.kind === 'payout' && request.amount < surplus * 0) {",
    tests: LEDGER,
    red: /● no more is refunded than was captured, and no more is sent back than the surplus/,
  },
  'a refund is not known by its key': {
    file: 'services/shopping/payment/receivables/claims.ts',
    find: "if (bookings.some((one) => one.kind === 'credit' && one.key === key)) return",
    replace: "if (bookings.some((one) => one.kind === 'credit' && one.key === key && one.amount < 0)) return",
    tests: LEDGER,
    red: /● a booking that is repeated, a refund that is repeated/,
  },
  'a refund is not limited by what was captured': {
    file: 'services/shopping/payment/receivables/claims.ts',
    find: 'if (amount.amount > left || amount.currency !== currency) {',
    replace: 'if (amount.amount > left * 1e9 + 1e9 || amount.currency !== currency) {',
    tests: LEDGER,
    red: /● no more is refunded than was captured/,
  },
  'a claim that is cancelled keeps what was captured for it': {
    file: 'services/shopping/payment/receivables/claims.ts',
    find: 'const bookings = rest > 0 ? [...receivable.bookings, credit] : receivable.bookings;',
    replace: 'const bookings = rest < 0 ? [...receivable.bookings, credit] : receivable.bookings;',
    tests: LEDGER,
    red: /● a captured claim that is cancelled is refunded in full, once/,
  },
  'news that come while an order is told are lost': {
    file: 'services/shopping/payment/receivables/news-queue.ts',
    find: 'current.newsAt?.getTime() === told.newsAt?.getTime()',
    replace: 'told.newsAt !== null || current.newsAt === null',
    tests: LEDGER,
    red: /● news that came after those that an order was told of stay due/,
  },
  'what follows a bank transfer waits as long as the order did for its customer, when a process dies': {
    file: 'services/shopping/order/saga/placement.ts',
    find: '{ ...dueSoon(current, at), ...fields, ...nextAt, outbox,',
    replace: '{ ...fields, ...nextAt, outbox,',
    tests: ['test/unit/shopping/every-fault.test.ts'],
    red: /I8 an order has not ended after a minute/,
  },
  'everyone may pay by invoice': {
    file: 'services/shopping/payment/payment-methods.ts',
    find: 'if (await isMethodAllowed([provider], shopperId, rpc)) return;',
    replace: "if ((await isMethodAllowed([provider], shopperId, rpc)) || method === 'invoice') return;",
    tests: ['test/integration/shopping/pay-by-invoice.test.ts'],
    red: /● .* is for customers whom staff allows/,
  },
};
