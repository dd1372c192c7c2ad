export interface Mutation {
  file: string;
  find: string;
  replace: string;
  tests: string[];
  red: RegExp;
}

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
  'half of a surrogate pair passes the gate': {
    file: 'services/api/unsafe-names.ts',
    find: "if (typeof value === 'string' && !value.isWellFormed())",
    replace: "if (typeof value === 'string' && false)",
    tests: ['test/integration/restart.test.ts'],
    red: /half of a character/,
  },
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
  'a gateway takes tokens before it knows which sessions have ended': {
    file: 'services/api/request.ts',
    find: 'if (!revocations.isKnown) req.isUnproven = true;',
    replace: 'if (!revocations) req.isUnproven = true;',
    tests: ['test/security/gateways.test.ts'],
    red: /● .*one that cannot ask which sessions have ended takes no token/,
  },
  'a stream outlives the session that asked for it': {
    file: 'services/api/streams.ts',
    find: 'revocations.onEnd((sessions) => this.#endOf(new Set(sessions)));',
    replace: '',
    tests: ['test/unit/api/streams.test.ts'],
    red: /● .*one whose session ends is ended at once/,
  },
  'unsafe names are let through': {
    file: 'services/api/unsafe-names.ts',
    find: 'if (isUnsafeName(key)) found',
    replace: "if (key === '__proto__') found",
    tests: ['test/security/refusals.test.ts'],
    red: /● .*that has toString inside a list/,
  },
  'a name may be an operator or a path of the database': {
    file: 'lib/unsafe-names.ts',
    find: "name === '' || name.startsWith('$') || /[.\\0]/.test(name) || isInheritedName(name);",
    replace: 'isInheritedName(name);',
    tests: ['test/security/refusals.test.ts'],
    red: /● .*that has a path of a database inside a list/,
  },
  'unsafe names in a query are dropped without a word': {
    file: 'services/api/unsafe-names.ts',
    find: 'names.filter((name) => namesIn(name).some(isUnsafeName))',
    replace: 'names.filter(() => false)',
    tests: ['test/security/refusals.test.ts'],
    red: /● .*a parameter of the query that is/,
  },
  'unsafe names in a path reach the action': {
    file: 'services/api/params.ts',
    find: 'refuseUnsafePath(given.path);',
    replace: '',
    tests: ['test/unit/api/params.test.ts'],
    red: /● .*in a path: nothing is called so/,
  },
  'an address with a port or brackets is another client': {
    file: 'lib/client-address.ts',
    find: 'BRACKETED.exec(given) ?? IPV4_WITH_PORT.exec(given) ?? []',
    replace: '[]',
    tests: ['test/unit/lib/client-address.test.ts'],
    red: /● .*of IPv4 is the same however it is written/,
  },
  'nonsense in X-Forwarded-For is a client of its own': {
    file: 'services/api/client-address.ts',
    find: 'if (address === undefined) return client;',
    replace: 'if (address === undefined) return hop;',
    tests: ['test/unit/lib/client-address.test.ts'],
    red: /● the client behind proxies › for nonsense/,
  },
  'requests are limited by single IPv6 addresses': {
    file: 'services/api/front-door.ts',
    find: 'clientNetwork(this.#access.addressOf(req))',
    replace: 'this.#access.addressOf(req)',
    tests: ['test/security/rate-limits.test.ts'],
    red: /● .*is one address however a proxy writes it/,
  },
  'guesses are counted by single IPv6 addresses': {
    file: 'services/customer/attempt.service.ts',
    find: 'hashed(clientNetwork(address))',
    replace: 'hashed(address)',
    tests: ['test/security/guessing.test.ts'],
    red: /● .*an IPv6 client is slowed down as one/,
  },
  'proxies and origins that are none are taken': {
    file: 'lib/config.ts',
    find: 'if (parsed === undefined) throw refuse(part);',
    replace: 'if (parsed === undefined) return part;',
    tests: ['test/unit/lib/config.test.ts'],
    red: /● .*with TRUSTED_PROXIES=/,
  },
  'what staff does takes no scope': {
    file: 'lib/service.ts',
    find: 'if (!allows(ctx.meta.user.role, action.scope)) throw errors.notFound();',
    replace: '',
    tests: ['test/security/staff.test.ts'],
    red: /● .*staff/,
  },
  'an error text is made of the value that was refused': {
    file: 'lib/validator.ts',
    find: 'actual: named',
    replace: 'actual',
    tests: ['test/unit/lib/validator.test.ts'],
    red: /● .*which does not throw/,
  },
};

/** A source as the mutation that MUTATION names leaves it. */
export function mutated(source: string, file: string): string {
  const mutation = MUTATIONS[process.env.MUTATION ?? ''];
  if (!mutation || !file.endsWith(mutation.file)) return source;
  if (!source.includes(mutation.find)) throw new Error(`${file} no longer has the guard: ${mutation.find}`);
  return source.replace(mutation.find, mutation.replace);
}
