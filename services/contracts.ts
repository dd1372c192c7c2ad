import { breaker } from '../lib/cluster/breaker.contract.ts';
import { type Contract, register } from '../lib/contract/contract.ts';
import { relay } from '../lib/relay/relay.contract.ts';
import { dueWorkContract } from '../mixins/due-work/due-work.contract.ts';
import { accountPages } from './api/account-pages/account-pages.contract.ts';
import { api } from './api/api.contract.ts';
import { countries } from './api/countries/countries.contract.ts';
import { docs } from './api/docs/docs.contract.ts';
import { sandboxPages } from './api/sandbox-pages/sandbox-pages.contract.ts';
import { tracking } from './api/tracking/tracking.contract.ts';
import { customer } from './customer/account/customer.contract.ts';
import { attempt } from './customer/guard/attempt.contract.ts';
import { limit } from './customer/guard/limit.contract.ts';
import { mail } from './customer/mail/mail.contract.ts';
import { auditLog } from './customer/staff/audit-log.contract.ts';
import { category } from './product/category/category.contract.ts';
import { imports } from './product/import/import.contract.ts';
import { removedVariant } from './product/import/removed-variant.contract.ts';
import { inventory } from './product/inventory/inventory.contract.ts';
import { movement } from './product/inventory/movement.contract.ts';
import { posting } from './product/inventory/posting.contract.ts';
import { media } from './product/media/media.contract.ts';
import { product } from './product/product/product.contract.ts';
import { review } from './product/review/review.contract.ts';
import { reviewVote } from './product/review/review-vote.contract.ts';
import { stockAlert } from './product/stock-alert/stock-alert.contract.ts';
import type { ProblemCode } from './shared/problem-codes.ts';
import { audit } from './shopping/audit/audit.contract.ts';
import { cart } from './shopping/cart/cart.contract.ts';
import { checkout } from './shopping/checkout/checkout.contract.ts';
import { coupon } from './shopping/coupon/coupon.contract.ts';
import { hold } from './shopping/hold/hold.contract.ts';
import { creditNote } from './shopping/invoice/credit-note.contract.ts';
import { invoice } from './shopping/invoice/invoice.contract.ts';
import { order } from './shopping/order/order.contract.ts';
import { payment } from './shopping/payment/payment.contract.ts';
import { sandbox } from './shopping/payment/providers/sandbox/sandbox.contract.ts';
import { receivable } from './shopping/payment/receivables/receivable.contract.ts';

const registered = register([
  api,
  docs,
  accountPages,
  sandboxPages,
  countries,
  relay,
  breaker,
  dueWorkContract,
  attempt,
  auditLog,
  customer,
  limit,
  mail,
  product,
  category,
  media,
  imports,
  removedVariant,
  inventory,
  movement,
  posting,
  stockAlert,
  review,
  reviewVote,
  cart,
  checkout,
  hold,
  coupon,
  order,
  payment,
  sandbox,
  receivable,
  invoice,
  creditNote,
  audit,
  tracking,
]);

/** Every contract of the shop: the gateway's routes come from here. */
export const contracts: readonly Contract[] = registered;

declare module '../lib/contract/contract.ts' {
  interface Registered {
    shop: typeof registered;
  }
  interface KnownProblems extends Record<ProblemCode, unknown> {}
}
