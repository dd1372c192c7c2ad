import type { Mutation } from './mutation.ts';

const FOLDER = 'services/shopping/payment/providers/stripe';
const ACTIONS = ['test/integration/shopping/stripe-actions.test.ts'];
const CAPTURES = ['test/integration/shopping/stripe-capture.test.ts'];
const CARDS = ['test/integration/shopping/stripe-saved-cards.test.ts'];

/** The guards of payments at Stripe: what keeps an order from being charged twice, or a customer from what is another's. */
export const STRIPE_MUTATIONS: Record<string, Mutation> = {
  'a payment that Stripe declined can still be paid by a browser': {
    file: `${FOLDER}/stripe-intents.ts`,
    find: "if (known.outcome !== 'declined' || isClosed(current)) return known;",
    replace: 'return known;',
    tests: ACTIONS,
    red: /● a decline › of a challenge: a browser that has the client secret cannot pay/,
  },
  'a payment with a method that Stripe does not know can still be paid by a browser': {
    file: `${FOLDER}/stripe-provider.ts`,
    find: "return closed.status === 'canceled' ? { outcome: 'declined', reason } : intents.settle(closed);",
    replace: "return { outcome: 'declined', reason };",
    tests: ACTIONS,
    red: /● .*that two workers send › and that Stripe refuses to one worker/,
  },
  'a refusal to one worker cancels what another one has begun': {
    file: `${FOLDER}/stripe-provider.ts`,
    find: 'const closed = statuses.has(current.status) ? await intents.close(current) : current;',
    replace: 'const closed = await intents.close(current);',
    tests: ACTIONS,
    red: /● .*that two workers send › and that Stripe refuses to one worker/,
  },
  'the tries of an order are one payment, once Stripe has forgotten the keys': {
    file: `${FOLDER}/stripe-intents.ts`,
    find: 'return data.find(({ metadata }) => (metadata.key ?? metadata.orderId) === key);',
    replace: 'return data[0];',
    tests: ACTIONS,
    red: /● several tries of an order › are told apart once Stripe has forgotten/,
  },
  'a capture is made again, once Stripe has forgotten the key': {
    file: `${FOLDER}/stripe-capture.ts`,
    find: "if (intent.metadata[key] !== undefined) return { outcome: 'captured' };",
    replace: '',
    tests: CAPTURES,
    red: /● a capture › whose answer was lost is found by its key, after a day, too/,
  },
  'a part is captured of what can be captured only once': {
    file: `${FOLDER}/stripe-capture.ts`,
    find: "return isPart && !allowsSeveralCaptures(intent) ? refused('captured_only_once') : undefined;",
    replace: 'return undefined;',
    tests: CAPTURES,
    red: /● a capture › of a part ends an authorisation/,
  },
  'an authorisation that Stripe refuses to capture is left behind': {
    file: `${FOLDER}/stripe-provider.ts`,
    find: "new Set([...UNCHARGED, 'requires_capture'])",
    replace: 'UNCHARGED',
    tests: CAPTURES,
    red: /● an authorisation › that Stripe refuses to capture at once is voided/,
  },
  'a saved card is removed by another customer': {
    file: `${FOLDER}/stripe-customers.ts`,
    find: 'const own = await customers.retrievePaymentMethod(customer, method).catch(undefinedIfMissing);',
    replace: 'const own = { id: method };',
    tests: CARDS,
    red: /● a saved card › of another customer is neither removed nor charged/,
  },
};
