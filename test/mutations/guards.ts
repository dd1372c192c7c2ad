import { BREAKER_MUTATIONS } from './breaker-guards.ts';
import { CUSTOMER_MUTATIONS } from './customer-guards.ts';
import { DUE_WORK_MUTATIONS } from './due-work-guards.ts';
import { EXTENSION_MUTATIONS } from './extension-guards.ts';
import { GATEWAY_MUTATIONS } from './gateway-guards.ts';
import { GUEST_MUTATIONS } from './guest-guards.ts';
import { IMPORT_MUTATIONS } from './import-guards.ts';
import type { Mutation } from './mutation.ts';
import { ORDER_MUTATIONS } from './order-guards.ts';
import { PAYMENT_MUTATIONS } from './payment-guards.ts';
import { STRIPE_MUTATIONS } from './stripe-guards.ts';

/**
 * The shop's guards, each with what the code would be without it, the tests that then have to fail, and the invariant
 * or the ledger entry that turns red. Run by `npm run mutations`: MUTATION names one, and Jest's transform
 * (mutate.mjs) breaks that guard in that process alone.
 */
export const MUTATIONS: Record<string, Mutation> = {
  ...ORDER_MUTATIONS,
  ...STRIPE_MUTATIONS,
  ...PAYMENT_MUTATIONS,
  ...GUEST_MUTATIONS,
  'no compare-and-set on stock': {
    file: 'mixins/store/store-mongo.ts',
    find: '[{ _id: id, rev }, updateOf(rev, patch)]',
    replace: '[{ _id: id }, updateOf(rev, patch)]',
    tests: ['test/integration/shopping/two-nodes.test.ts'],
    red: /I[123] /,
  },
  'no fence by rev: a lost race counts as won': {
    file: 'mixins/store/changes.ts',
    find: 'if (touched.size === 0 || (await this.#collection.swap(id, doc.rev, patchOf(doc, touched)))) {',
    replace: 'if (touched.size === 0 || (await this.#collection.swap(id, doc.rev, patchOf(doc, touched))) || true) {',
    tests: ['test/unit/shopping/crashes.test.ts'],
    red: /I[1-9]\d? |money was taken|without money/,
  },
  'a deferred change is acknowledged before it is written': {
    file: 'mixins/store/changes.ts',
    find: 'deferred.push(commandOf(decide, resolve, reject));',
    replace: 'deferred.push(commandOf(decide, resolve, reject)), resolve(undefined as never);',
    tests: ['test/unit/changes.test.ts'],
    red: /given it is not written, when it is deferred/,
  },
  'line breaks that JSON leaves are not escaped in a data file': {
    file: 'lib/files/unicode.ts',
    find: 'const UNESCAPED_LINE_BREAKS = /[\\u0085\\u2028\\u2029]/g;',
    replace: 'const UNESCAPED_LINE_BREAKS = /[\\u2028\\u2029]/g;',
    tests: ['test/integration/store.test.ts'],
    red: /given U\+0085 in a text/,
  },
  'the embedded store tells of a change that its file does not have yet': {
    file: 'mixins/store/store-nedb.ts',
    find: "await this.log?.flushed()?.catch((error) => this.failFatally('written', error));",
    replace: '',
    tests: ['test/integration/store.test.ts'],
    red: /the file has what is answered/,
  },
  'a data file that was moved away is written on': {
    file: 'mixins/store/append-log.ts',
    find: 'if (ino !== this.#inode)',
    replace: 'if (ino !== this.#inode && false)',
    tests: ['test/integration/store.test.ts'],
    red: /given it cannot be written/,
  },
  'a data file with unescaped line breaks is not repaired': {
    file: 'mixins/store/nedb-file.ts',
    find: 'if (exists && (await hasLineBreaks(file)))',
    replace: 'if (exists && false && (await hasLineBreaks(file)))',
    tests: ['test/integration/store.test.ts'],
    red: /starts again complete/,
  },
  ...IMPORT_MUTATIONS,
  'no check that there is enough': {
    file: 'services/shared/reservations.ts',
    find: 'if (available < quantity)',
    replace: 'if (available < quantity && available < 0)',
    tests: ['test/unit/shopping/crashes.test.ts'],
    red: /I1 \w+ is negative/,
  },
  'no tombstone': {
    file: 'services/shared/reservations.ts',
    find: 'if (quantity === undefined) return { answer: undefined, patch: endReservation(from, orderId, ENDED_RELEASED, now) };',
    replace: 'if (quantity === undefined) return { answer: undefined };',
    tests: ['test/unit/shopping/crashes.test.ts'],
    red: /I9 /,
  },
  'no memory of ended orders: a late reserve holds again': {
    file: 'services/shared/reservations.ts',
    find: "if (isDone(from, orderId)) return { answer: { outcome: 'closed', available } };",
    replace: '',
    tests: ['test/unit/shopping/crashes.test.ts'],
    red: /I[39] /,
  },
  'no key on a reservation': {
    file: 'services/shared/reservations.ts',
    find: "if (Object.hasOwn(from.res, orderId)) return { answer: { outcome: 'reserved', available } };",
    replace: '',
    tests: ['test/unit/shopping/crashes.test.ts'],
    red: /I[1239] /,
  },
  'goods taken back again': {
    file: 'mixins/store/idempotency-log.ts',
    find: 'if (Object.hasOwn(back, key)) return { answer: undefined };',
    replace: '',
    tests: ['test/unit/shopping/every-fault.test.ts'],
    red: /I8 |I[13] /,
  },
  'stars counted again': {
    file: 'mixins/store/idempotency-log.ts',
    find: 'if (Object.hasOwn(back, key)) return { answer: undefined };',
    replace: '',
    tests: ['test/unit/product/review-crashes.test.ts'],
    red: /stars, counted: |reviews have /,
  },
  'a count that begins before the one under way is through': {
    file: 'services/product/review/contribution.ts',
    find: 'if (doc.move) return {};',
    replace: '',
    tests: ['test/unit/product/review-crashes.test.ts'],
    red: /stars, counted: |reviews have /,
  },
  ...BREAKER_MUTATIONS,
  ...GATEWAY_MUTATIONS,
  ...CUSTOMER_MUTATIONS,
  ...DUE_WORK_MUTATIONS,
  ...EXTENSION_MUTATIONS,
  'browsing and ordering share a limit': {
    file: 'services/api/admission/load-class.ts',
    find: "if (CHECKOUT.has(service)) return 'checkout';",
    replace: "if (CHECKOUT.has(service)) return 'browse';",
    tests: ['test/integration/api/overload.test.ts'],
    red: /● .*browsing that takes all it can get keeps nobody from ordering/,
  },
  'an appointment for each address of an IPv6 network': {
    file: 'services/api/admission/admission.ts',
    find: 'clientNetwork(this.#access.addressOf(req))',
    replace: 'this.#access.addressOf(req)',
    tests: ['test/unit/api/admission.test.ts'],
    red: /● a client with many addresses/,
  },
  'a request begins before those who came with it are counted': {
    file: 'services/api/admission/admission.ts',
    find: 'await this.arrivals.seen();',
    replace: '',
    tests: ['test/unit/api/admission.test.ts'],
    red: /● .*all that arrive together are counted/,
  },
  'work begins while new connections wait to be taken in': {
    file: 'services/api/admission/arrivals.ts',
    find: 'while (this.#connections > before &&',
    replace: 'while (this.#connections < before &&',
    tests: ['test/unit/api/arrivals.test.ts'],
    red: /● .*work begins when a round has brought no new connection/,
  },
  'a place in line is kept for a client that has gone': {
    file: 'services/api/admission/admission.ts',
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
    find: 'this.#nextFree = slot + 1000 / (APPOINTMENT_SHARE * perSecond);',
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
    file: 'lib/contract/page.ts',
    find: 'return bytes > MAX_PAGE_BYTES && n > 0;',
    replace: 'return false;',
    tests: ['test/unit/lib/page.test.ts'],
    red: /● .*ends before it has too many bytes/,
  },
  'a page leaves out what ties with the last of the page before': {
    file: 'mixins/store/pages.ts',
    find: '{ [field]: { $in: [value] }, _id: beyond(id) }, ',
    replace: '',
    tests: ['test/integration/store-pages.test.ts'],
    red: /● .*by a number with ties/,
  },
  'a packet larger than a message is sent as it is': {
    file: 'lib/relay/large-packets.ts',
    find: 'if (!transit || data.length <= maxMessageBytes(this.#broker))',
    replace: 'if (!transit || data.length > 0)',
    tests: ['test/integration/large-messages.test.ts'],
    red: /● .*events of any size up to the limit/,
  },
  'a packet may be as large as it is': {
    file: 'lib/relay/large-packets.ts',
    find: 'if (bytes > MAX_PACKET_BYTES) return',
    replace: 'if (bytes < 0) return',
    tests: ['test/integration/large-messages.test.ts'],
    red: /● .*is a coded error at once/,
  },
  'a product in a list has each variant': {
    file: 'services/product/product/product-view.ts',
    find: 'return cardOf(product, variantsOf(product, context), context);',
    replace: 'return renderProductCopy(product, context);',
    tests: ['test/integration/product/catalogue.test.ts'],
    red: /● .*shows what a card needs/,
  },
};
