import type { Mutation } from './mutation.ts';

const ACCESS = 'services/shopping/order/guest/order-access.ts';

/** Guards of orders without an account. */
export const GUEST_MUTATIONS: Record<string, Mutation> = {
  "any order token opens a guest's order": {
    file: ACCESS,
    find: "{ _id: id, 'guest.tokenHashes': hashOrderToken(orderToken) }",
    replace: '{ _id: id }',
    tests: ['test/security/guests.test.ts'],
    red: /● .*is not there for the token of another order, or a guessed one/,
  },
  'a customer opens the orders of others': {
    file: ACCESS,
    find: '{ _id: id, customerId: user.id }',
    replace: '{ _id: id }',
    tests: ['test/security/guests.test.ts'],
    red: /● .*is not there for a logged-in stranger/,
  },
  'a shop without guest checkout lets guests in': {
    file: 'services/api/http/authenticate.ts',
    find: 'else if (contract.guest && (cart || order) && !access.guestCheckout)',
    replace: 'else if (contract.guest && (cart || order) && !access)',
    tests: ['test/integration/guests/guests-off.test.ts'],
    red: /● .*says so to guests/,
  },
  'an unverified account is offered the orders of an address': {
    file: 'services/customer/account/customer.service.ts',
    find: 'id: account?.verifiedAt && !account.erasure ? account._id : null',
    replace: 'id: account && !account.erasure ? account._id : null',
    tests: ['test/integration/guests/claims.test.ts'],
    red: /● .*never belongs to an unverified account/,
  },
  'an account that has verified an address claims nothing': {
    file: 'services/customer/account/guest-claim.ts',
    find: '  guestClaim: { nextAt: now },\n',
    replace: '',
    tests: ['test/unit/shopping/claim-order.test.ts'],
    red: /● .*an address is verified, and its claim is due, in one write/,
  },
  'an account takes the orders that another one has claimed': {
    file: 'services/shopping/order/guest/claim-order.ts',
    find: 'if (!order.guest || !isGuestId(order.customerId))',
    replace: 'if (!order.guest)',
    tests: ['test/unit/shopping/claim-order.test.ts'],
    red: /● .*stays with the account that has claimed it/,
  },
  'a claimed order frees the key of its guest': {
    file: 'services/shopping/order/guest/guest-request.ts',
    find: "guest ? { 'guest.key': guest.key } : { customerId, idemKey }",
    replace: '({ customerId, idemKey, ...(guest && {}) })',
    tests: ['test/integration/guests/claims.test.ts'],
    red: /● .*is not made again by a repeated request/,
  },
  'mails to guests have texts of the customer': {
    file: 'services/customer/mail/mail.service.ts',
    find: "{ email: to, emailVerified: false, name: '' }",
    replace: "{ email: to, emailVerified: true, name: 'Guest' }",
    tests: ['test/integration/guests/guest-orders.test.ts'],
    red: /● .*gets mails with a link to the order, and with no text of a customer/,
  },
  'an order is looked up by its number alone': {
    file: 'services/shopping/order/guest/guest-handlers.ts',
    find: 'if (!isGuestId(customerId) || order.guest?.email !== email) continue;',
    replace: 'if (!isGuestId(customerId)) continue;',
    tests: ['test/integration/guests/lookup.test.ts'],
    red: /● .*gets none for another's order/,
  },
  'an export has the invoices of all guests of a cart': {
    file: 'services/shopping/order/guest/guest-privacy.ts',
    find: 'invoices.filter(({ order }) => ids.has(order.id))',
    replace: 'invoices',
    tests: ['test/integration/guests/lookup.test.ts'],
    red: /● .*gets a link that exports all orders of the address, and no other/,
  },
  'a link of a guest is good for every purpose': {
    file: 'services/shared/mailed-token.ts',
    find: 'const purpose = purposes.find((one) => one === claims?.aud);',
    replace: 'const [purpose] = purposes;',
    tests: ['test/integration/guests/lookup.test.ts'],
    red: /● .*has links of one purpose/,
  },
  'guests are erased while an order is open': {
    file: 'services/shopping/order/guest/guest-privacy.ts',
    find: 'if (open.length > 0) throw',
    replace: 'if (open.length < 0) throw',
    tests: ['test/integration/guests/lookup.test.ts'],
    red: /● .*erases the orders of the address, once they are closed/,
  },
};
