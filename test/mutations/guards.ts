import { BREAKER_MUTATIONS } from './breaker-guards.ts';
import { CUSTOMER_MUTATIONS } from './customer-guards.ts';
import { GATEWAY_MUTATIONS } from './gateway-guards.ts';
import { IMPORT_MUTATIONS } from './import-guards.ts';
import type { Mutation } from './mutation.ts';

/**
 * The shop's guards, each with what the code would be without it, the tests that then have to fail, and the invariant
 * or the ledger entry that turns red. Run by `npm run mutations`: MUTATION names one, and Jest's transform
 * breaks that guard in that process alone.
 */
export const MUTATIONS: Record<string, Mutation> = {
  'no compare-and-set on stock': {
    file: 'mixins/store-mongo.ts',
    find: 'updateOne({ _id: id, rev }, asUpdate(rev, patch))',
    replace: 'updateOne({ _id: id }, asUpdate(rev, patch))',
    tests: ['test/integration/shopping/two-nodes.test.ts'],
    red: /I[123] /,
  },
  'no fence by rev: a lost race counts as won': {
    file: 'lib/changes.ts',
    find: 'if (touched.size === 0 || (await this.#slot.swap(id, doc.rev, merged(doc, touched)))) {',
    replace: 'if (touched.size === 0 || (await this.#slot.swap(id, doc.rev, merged(doc, touched))) || true) {',
    tests: ['test/unit/shopping/crashes.test.ts'],
    red: /I[1-9]\d? |money was taken|without money/,
  },
  'line breaks that JSON leaves are not escaped in a data file': {
    file: 'lib/unicode.ts',
    find: 'const UNESCAPED_LINE_BREAKS = /[\\u0085\\u2028\\u2029]/g;',
    replace: 'const UNESCAPED_LINE_BREAKS = /[\\u2028\\u2029]/g;',
    tests: ['test/integration/store.test.ts'],
    red: /given U\+0085 in a text/,
  },
  'a data file with unescaped line breaks is not repaired': {
    file: 'mixins/nedb-file.ts',
    find: 'if (exists && (await hasLineBreaks(file)))',
    replace: 'if (exists && false && (await hasLineBreaks(file)))',
    tests: ['test/integration/store.test.ts'],
    red: /starts again complete/,
  },
  ...IMPORT_MUTATIONS,
  'no check that there is enough': {
    file: 'lib/allotment.ts',
    find: 'if (available < quantity)',
    replace: 'if (available < quantity && available < 0)',
    tests: ['test/unit/shopping/crashes.test.ts'],
    red: /I1 \w+ is negative/,
  },
  'no tombstone': {
    file: 'lib/allotment.ts',
    find: 'if (quantity === undefined) return { answer: undefined, patch: ended(from, orderId, RELEASED, now) };',
    replace: 'if (quantity === undefined) return { answer: undefined };',
    tests: ['test/unit/shopping/crashes.test.ts'],
    red: /I9 /,
  },
  'no memory of ended orders: a late reserve holds again': {
    file: 'lib/allotment.ts',
    find: "if (isDone(from, orderId)) return { answer: { outcome: 'closed', available } };",
    replace: '',
    tests: ['test/unit/shopping/crashes.test.ts'],
    red: /I[39] /,
  },
  'no key on a reservation': {
    file: 'lib/allotment.ts',
    find: "if (Object.hasOwn(from.res, orderId)) return { answer: { outcome: 'reserved', available } };",
    replace: '',
    tests: ['test/unit/shopping/crashes.test.ts'],
    red: /I[1239] /,
  },
  'no unique key of orders': {
    file: 'services/shopping/order-acceptance.ts',
    find: 'if (draft && (await orders.insert(draft)))',
    replace: 'if (draft) draft.idemKey += draft._id; if (draft && (await orders.insert(draft)))',
    tests: ['test/unit/shopping/crashes.test.ts'],
    red: /I4 |was told order-open, and there is no other order/,
  },
  'no unique claim of carts': {
    file: 'services/shopping/order-acceptance.ts',
    find: 'if (draft && (await orders.insert(draft)))',
    replace: 'if (draft) draft.cartClaim += draft._id; if (draft && (await orders.insert(draft)))',
    tests: ['test/unit/shopping/crashes.test.ts'],
    red: /I15 /,
  },
  'an order is taken out of the cart without moving its generation on': {
    file: 'services/shopping/cart.ts',
    find: 'const patch = { items: left, ordered, generation, lastOrder',
    replace: 'const patch = { items: left, ordered, lastOrder',
    tests: ['test/integration/shopping/open-order.test.ts'],
    red: /filled again right after each order/,
  },
  'stock released on an unknown payment': {
    file: 'services/shopping/placement.ts',
    find: 'const paid = await charge(order, shop.rpc);',
    replace:
      'const paid = await charge(order, shop.rpc).catch(async (error) => { await releaseStock(order, shop.rpc); throw error; });',
    tests: ['test/unit/shopping/crashes.test.ts'],
    red: /money was taken for goods that are not kept|I[36] /,
  },
  'REJECTING without cancelling at the provider': {
    file: 'services/shopping/placement.ts',
    find: 'await cancelCharge(order, shop.rpc);',
    replace: '',
    tests: ['test/unit/shopping/crashes.test.ts'],
    red: /I6 |was not refunded/,
  },
  'stock released before the charge is cancelled': {
    file: 'services/shopping/placement.ts',
    find: 'await cancelCharge(order, shop.rpc);',
    replace: 'await releaseStock(order, shop.rpc); await cancelCharge(order, shop.rpc);',
    tests: ['test/unit/shopping/crashes.test.ts'],
    red: /money was taken for goods that are not kept/,
  },
  'an order that is driven by two is moved by both': {
    file: 'services/shopping/placement.ts',
    find: 'if (current.state !== order.state) return { answer: current };',
    replace: 'if (current.state !== order.state) current = { ...current, state: order.state };',
    tests: ['test/unit/shopping/crashes.test.ts'],
    red: /I[1-9]\d? |money|refunded|told/,
  },
  'a charge again is another charge': {
    file: 'services/shopping/sandbox-ledger.ts',
    find: "return entry.state === 'unseen' ? captureAll(entry, amount) : { answer: outcomeOf(entry) };",
    replace: 'return captureAll({ ...entry }, { ...amount, amount: entry.captured + amount.amount });',
    tests: ['test/unit/shopping/crashes.test.ts'],
    red: /I6 /,
  },
  'goods taken back again': {
    file: 'lib/once.ts',
    find: 'if (Object.hasOwn(back, key)) return { answer: undefined };',
    replace: '',
    tests: ['test/unit/shopping/every-fault.test.ts'],
    red: /I8 |I[13] /,
  },
  'stars counted again': {
    file: 'lib/once.ts',
    find: 'if (Object.hasOwn(back, key)) return { answer: undefined };',
    replace: '',
    tests: ['test/unit/product/review-crashes.test.ts'],
    red: /stars, counted: |reviews have /,
  },
  'a count that begins before the one under way is through': {
    file: 'lib/counted.ts',
    find: 'if (doc.move) return {};',
    replace: '',
    tests: ['test/unit/product/review-crashes.test.ts'],
    red: /stars, counted: |reviews have /,
  },
  ...BREAKER_MUTATIONS,
  'an outage counts as a failure of the order itself': {
    file: 'services/shopping/recovery.ts',
    find: '(isOutage(error) ? 0 : 1)',
    replace: '1',
    tests: ['test/unit/shopping/order.test.ts'],
    red: /● .*for an outage is tried again for as long as that lasts/,
  },
  'a coupon given back before its order is rejected': {
    file: 'services/shopping/coupon-uses.ts',
    find: "if (outcome === 'reserved') return 'taken';",
    replace: "if (outcome === 'reserved') return 'taken'; await release(book, { code, orderId, customerId });",
    tests: ['test/integration/shopping/coupons.test.ts'],
    red: /● .*given an order that is paid and half redeemed/,
  },
  ...GATEWAY_MUTATIONS,
  ...CUSTOMER_MUTATIONS,
  'browsing and ordering share a limit': {
    file: 'services/api/load-class.ts',
    find: "if (CHECKOUT.has(service)) return 'checkout';",
    replace: "if (CHECKOUT.has(service)) return 'browse';",
    tests: ['test/integration/api/overload.test.ts'],
    red: /● .*browsing that takes all it can get keeps nobody from ordering/,
  },
  'a request begins before those who came with it are counted': {
    file: 'services/api/admission.ts',
    find: 'await this.arrivals.seen();',
    replace: '',
    tests: ['test/unit/api/admission.test.ts'],
    red: /● .*all that arrive together are counted/,
  },
  'work begins while new connections wait to be taken in': {
    file: 'services/api/arrivals.ts',
    find: 'const MAX_ROUNDS = 32;',
    replace: 'const MAX_ROUNDS = 1;',
    tests: ['test/unit/api/arrivals.test.ts'],
    red: /● .*work begins when a round has brought no new connection/,
  },
  'a place in line is kept for a client that has gone': {
    file: 'services/api/admission.ts',
    find: "(leave) => res.once('close', leave)",
    replace: '() => undefined',
    tests: ['test/unit/api/admission.test.ts'],
    red: /● .*nothing is run for a client that has gone/,
  },
  'who comes back as told is as good as anyone': {
    file: 'lib/admission/return-schedule.ts',
    find: 'return due >= 0;',
    replace: 'return false;',
    tests: ['test/unit/lib/admission/overload.test.ts'],
    red: /● .*comes back as told is served before/,
  },
  'all who are refused are told the same time': {
    file: 'lib/admission/return-schedule.ts',
    find: 'this.#nextFree = slot + 1000 / (SHARE * perSecond);',
    replace: '',
    tests: ['test/unit/lib/admission/overload.test.ts'],
    red: /● .*1,000 at once who come back as told/,
  },
  'a long overload becomes the normal latency': {
    file: 'lib/admission/latency-targets.ts',
    find: '(isLowConcurrency || mean < base)',
    replace: '(isLowConcurrency || true)',
    tests: ['test/unit/lib/admission/overload.test.ts'],
    red: /● .*a long overload does not become the new normal/,
  },
  'a page takes all items, however large': {
    file: 'lib/page.ts',
    find: 'return bytes > MAX_PAGE_BYTES && n > 0;',
    replace: 'return false;',
    tests: ['test/unit/lib/page.test.ts'],
    red: /● .*ends before it has too many bytes/,
  },
  'a packet larger than a message is sent as it is': {
    file: 'services/relay/large-packets.ts',
    find: 'if (!transit || data.length <= maxMessageBytes(this.#broker))',
    replace: 'if (!transit || data.length > 0)',
    tests: ['test/integration/large-messages.test.ts'],
    red: /● .*events of any size up to the limit/,
  },
  'a packet may be as large as it is': {
    file: 'services/relay/large-packets.ts',
    find: 'if (bytes > MAX_PACKET_BYTES) return',
    replace: 'if (bytes < 0) return',
    tests: ['test/integration/large-messages.test.ts'],
    red: /● .*is a coded error at once/,
  },
  'a product in a list has each variant': {
    file: 'services/product/product-view.ts',
    find: 'return cardOf(product, variantsOf(product, sight), sight);',
    replace: 'return productCopy(product, sight);',
    tests: ['test/integration/product/catalogue.test.ts'],
    red: /● .*shows what a card needs/,
  },
  'a refund of a line is not bounded by what was paid for the line': {
    file: 'services/shopping/refund-lines.ts',
    find: 'return amount > most ?',
    replace: 'return amount > Number.MAX_SAFE_INTEGER ?',
    tests: ['test/unit/shopping/refunds.test.ts'],
    red: /● .*never above what was paid for it after discounts/,
  },
  'a return is worth the full price again after a price reduction': {
    file: 'services/shopping/return-worth.ts',
    find: 'line.total.amount - priceReductions(order, sku) -',
    replace: 'line.total.amount -',
    tests: ['test/unit/shopping/refunds.test.ts'],
    red: /● .*whatever was refunded of it in between/,
  },
  'the delivery is refunded before all goods are back': {
    file: 'services/shopping/return-worth.ts',
    find: 'if (days === 0 || !isComplete || !start) return 0;',
    replace: 'if (days === 0 || !start) return 0;',
    tests: ['test/unit/shopping/refunds.test.ts'],
    red: /● .*by which all goods are back, and not before/,
  },
  'an approval that was taken is taken again, whatever it says': {
    file: 'services/shopping/returns.ts',
    find: 'if (asked.approval === undefined || asked.approval === fingerprint) return { answer: order };',
    replace: 'return { answer: order };',
    tests: ['test/unit/shopping/refunds.test.ts'],
    red: /● .*in another way is refused/,
  },
  'a refund key is compared by its amount alone': {
    file: 'services/shopping/refunds.ts',
    find: 'if (known.fingerprint !== undefined) return known.fingerprint === fingerprint;',
    replace: '',
    tests: ['test/integration/shopping/idempotency.test.ts'],
    red: /● .*order\.refund: a key with the same body/,
  },
  'a return key is compared by its items alone': {
    file: 'services/shopping/returns.ts',
    find: 'if (known.fingerprint !== undefined) return known.fingerprint === fingerprint;',
    replace: 'if (known.key) return fingerprintOf({ items: known.items }) === fingerprintOf({ items });',
    tests: ['test/integration/shopping/idempotency.test.ts'],
    red: /● .*order\.requestReturn: a key with the same body/,
  },
  'customers are told of a rejection by the answer to their request alone': {
    file: 'services/shopping/order-outbox.ts',
    find: 'const isAnswered = attempts === 0 && !isAnsweredPending;',
    replace: 'const isAnswered = attempts >= 0 || isAnsweredPending;',
    tests: ['test/integration/shopping/payments.test.ts'],
    red: /● .*a payment which was pending has failed/,
  },
  'a pending order that is cancelled again is in the wrong state': {
    file: 'services/shopping/fulfilment.ts',
    find: "if (order.rejection?.code === 'order-cancelled') return { answer: order };",
    replace: '',
    tests: ['test/integration/shopping/payments.test.ts'],
    red: /● .*however often it was cancelled/,
  },
  'a hold is renewed for ever': {
    file: 'services/shopping/hold-limits.ts',
    find: 'if (leftMs < holdMs * LEAST_PART) {',
    replace: 'if (leftMs < -windowMs * 1000) {',
    tests: ['test/integration/shopping/hold.test.ts'],
    red: /● .*whose address is not verified ends with its first hold/,
  },
  'a hold has as many pieces as the cart': {
    file: 'services/shopping/hold-keeper.ts',
    find: 'refuseTooManyPieces(items, limits);',
    replace: '',
    tests: ['test/integration/shopping/hold.test.ts'],
    red: /● .*of more pieces than may be held is refused/,
  },
};

/** A source as the mutation that MUTATION names leaves it. */
export function mutated(source: string, file: string): string {
  const mutation = MUTATIONS[process.env.MUTATION ?? ''];
  if (!mutation || !file.endsWith(mutation.file)) return source;
  if (!source.includes(mutation.find)) throw new Error(`${file} no longer has the guard: ${mutation.find}`);
  return source.replace(mutation.find, mutation.replace);
}
