import type { Mutation } from './mutation.ts';

/** The guards of accounts, addresses, mails and sessions: see guards.ts. */
export const CUSTOMER_MUTATIONS: Record<string, Mutation> = {
  'marks that nobody sees pass in a name': {
    file: 'lib/text-rules.ts',
    find: 'if (!found) return undefined;',
    replace: 'if (!found || found) return undefined;',
    tests: ['test/unit/lib/text-rules.test.ts'],
    red: /● .*may not be .*visible/,
  },
  'links pass in a name': {
    file: 'lib/text-rules.ts',
    find: 'const checkPersonLine = checkOf(lineFault, linkFault);',
    replace: 'const checkPersonLine = checkOf(lineFault);',
    tests: ['test/integration/customer/profile.test.ts'],
    red: /● .*a name with a link/,
  },
  'a stranger is mailed what the customer wrote': {
    file: 'services/customer/mail.service.ts',
    find: 'const name = isProven ? contact.name : undefined;',
    replace: 'const name = contact.name;',
    tests: ['test/integration/customer/mail.test.ts'],
    red: /● .*to an address that its customer has not proven/,
  },
  'an address of an order is shown to who has not proven theirs': {
    file: 'services/customer/mail/order-mail.ts',
    find: '...(name === undefined ? {} : { address:',
    replace: '...(name === null ? {} : { address:',
    tests: ['test/unit/customer/unproven-mails.test.ts'],
    red: /● order-confirmed, to an address that nobody has proven/,
  },
  'mails to one address are not limited': {
    file: 'services/customer/mail.service.ts',
    find: 'if (to !== undefined && isLimited(kind) && ',
    replace: 'if (false && to !== undefined && ',
    tests: ['test/integration/customer/credentials.test.ts'],
    red: /● .*few mails go to one address/,
  },
  'a new link voids the one before': {
    file: 'services/customer/link.ts',
    find: 'nonce: isAgain ? before.nonce : nonce',
    replace: 'nonce',
    tests: ['test/integration/customer/credentials.test.ts'],
    red: /● .*a new link voids none: the earlier one verifies/,
  },
  'each exchange of one refresh token has a successor of its own': {
    file: 'services/customer/session.ts',
    find: 'secret: successorOf(presented.secret, used.salt)',
    replace: 'secret: successorOf(presented.secret, salt)',
    tests: ['test/unit/customer/session.test.ts'],
    red: /● .*the same one 20 times at once has one successor/,
  },
  'a made-up refresh token ends the session': {
    file: 'services/customer/auth.ts',
    find: 'isGenuine: session.isOurs(presented, this.shop) };',
    replace: 'isGenuine: true };',
    tests: ['test/security/sessions.test.ts'],
    red: /● .*made up from the ids of an access token/,
  },
  'a refresh token that was used is not told from one that was made up': {
    file: 'services/customer/auth.ts',
    find: 'isGenuine: session.isOurs(presented, this.shop) };',
    replace: 'isGenuine: false };',
    tests: ['test/security/sessions.test.ts'],
    red: /● .*was used before is refused, and ends its session/,
  },
  'the queue of hashes has no end': {
    file: 'services/customer/hashing-queue.ts',
    find: 'return many >= MAX_WAITING || (many >= MIN_WAITING && many * this.#paceMs > MAX_WAIT_MS);',
    replace: 'return many < 0;',
    tests: ['test/unit/customer/hashing-queue.test.ts'],
    red: /● one that would wait for too long is refused at once/,
  },
  'a postcode is checked as it was typed': {
    file: 'services/customer/postcode.ts',
    find: 'const bare = compact(typed);',
    replace: "const bare = text ?? '';",
    tests: ['test/unit/customer/postcode.test.ts'],
    red: /● .*NL written "1012 jx" is stored as/,
  },
  'two spellings of a domain are two accounts': {
    file: 'services/customer/email.ts',
    find: 'return isAscii ? plain :',
    replace: 'return plain.length >= 0 ? plain :',
    tests: ['test/unit/customer/email.test.ts'],
    red: /● .*is one account, however it is written/,
  },
};
