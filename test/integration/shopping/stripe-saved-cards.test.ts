import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { newId } from '../../../services/shared/ids.ts';
import { authoriseAndCapture } from '../../../services/shopping/payment/payment.ts';
import { PUBLISHABLE_KEY, RETURN_URL, stripeDesk } from '../../support/stripe/stripe-desk.ts';

const { stripe, provider, request, newOrder } = await stripeDesk();
const { savedMethods: cards } = provider;
if (!cards) throw new Error('Stripe keeps payment methods');
afterAll(() => stripe.stop());
afterEach(() => stripe.calm());

const VISA = { type: 'card', brand: 'visa', last4: '4242', wallet: null, expires: { month: 8, year: 2034 } };
const newCustomer = () => cards.customerFor(newId('cus'));
const save = (customer: string, method: string, key = newId('ses')) =>
  cards.save({ key, customer, method, returnUrl: RETURN_URL });
const saved = async (customer: string, method = 'pm_card_visa') => {
  const outcome = await save(customer, method);
  if (outcome.outcome !== 'saved') throw new Error(`it is ${outcome.outcome}`);
  return outcome.method.id;
};

describe('a customer at Stripe', () => {
  test('is made once, however often, at the same time, and when Stripe has forgotten the key', async () => {
    const customerId = newId('cus', new Date(Date.now() - 30 * 3_600_000));
    const made = await Promise.all(Array.from({ length: 5 }, () => cards.customerFor(customerId)));
    stripe.forgetKeys();
    made.push(await cards.customerFor(customerId));
    expect(new Set(made).size).toBe(1);
    expect(stripe.customers.filter(({ metadata }) => metadata.customerId === customerId)).toHaveLength(1);
  });

  test('is erased with all cards, also twice', async () => {
    const customer = await newCustomer();
    await saved(customer);
    for (let n = 0; n < 2; n += 1) await cards.erase(customer);
    expect(stripe.customers.some(({ id }) => id === customer)).toBe(false);
  });
});

describe('a saved card', () => {
  test('is listed without its number, and charged for the next orders', async () => {
    const customer = await newCustomer();
    const outcome = await save(customer, stripe.confirmationToken('pm_card_visa'));
    expect(outcome).toEqual({ outcome: 'saved', method: { id: expect.stringMatching(/^pm_/), ...VISA } });
    const [card] = await cards.list(customer);
    expect(card).toMatchObject(VISA);
    const method = card?.id ?? '';
    for (const key of [newOrder(), newOrder()]) {
      const outcome = await authoriseAndCapture(provider, key, request(method, { customer }));
      expect(outcome).toMatchObject({ outcome: 'captured' });
    }
  });

  test('is saved once for each key, at the same time, too', async () => {
    const [customer, key] = [await newCustomer(), newId('ses')];
    await Promise.allSettled(Array.from({ length: 5 }, () => save(customer, 'pm_card_visa', key)));
    expect(await save(customer, 'pm_card_visa', key)).toMatchObject({ outcome: 'saved' });
    expect(await cards.list(customer)).toHaveLength(1);
  });

  test.each([
    ['approved', 'approve', { outcome: 'saved' }, 1],
    ['declined', 'decline', { outcome: 'declined', reason: 'setup_intent_authentication_failure' }, 0],
  ] as const)('with 3-D Secure, challenge %s', async (_name, answer, outcome, count) => {
    const customer = await newCustomer();
    const waiting = await save(customer, 'pm_card_threeDSecure2Required');
    if (waiting.outcome !== 'requires-action') throw new Error(`it is ${waiting.outcome}`);
    expect(waiting.action).toMatchObject({ type: 'stripe', publishableKey: PUBLISHABLE_KEY });
    expect(await cards.find(waiting.reference)).toEqual(waiting);
    stripe.answerChallenge(waiting.reference, answer);
    expect(await cards.find(waiting.reference)).toMatchObject(outcome);
    expect(await cards.list(customer)).toHaveLength(count);
  });

  test('with 3-D Secure, challenge abandoned: nothing is saved', async () => {
    const customer = await newCustomer();
    expect(await save(customer, 'pm_card_threeDSecure2Required')).toMatchObject({ outcome: 'requires-action' });
    expect(await cards.list(customer)).toEqual([]);
  });

  test.each([
    ['pm_card_chargeDeclined', 'insufficient_funds'],
    ['pm_nonsense', 'resource_missing'],
  ])('%s is declined as %s', async (method, reason) => {
    expect(await save(await newCustomer(), method)).toEqual({ outcome: 'declined', reason });
  });

  test('is removed, also twice, and cannot be charged for its customer any more', async () => {
    const customer = await newCustomer();
    const [method, other] = [await saved(customer), await saved(customer, 'pm_card_mastercard')];
    for (let n = 0; n < 2; n += 1) await cards.remove(customer, method);
    expect((await cards.list(customer)).map(({ id }) => id)).toEqual([other]);
  });

  test('of another customer is neither removed nor charged', async () => {
    const [owner, thief] = [await newCustomer(), await newCustomer()];
    const method = await saved(owner);
    await cards.remove(thief, method);
    expect(await cards.list(owner)).toHaveLength(1);
    for (const more of [{ customer: thief }, {}]) {
      const key = newOrder();
      const outcome = await authoriseAndCapture(provider, key, request(method, more));
      expect(outcome).toMatchObject({ outcome: 'declined' });
      expect(stripe.moneyOf(key).charges).toBe(0);
    }
  });

  test('while Stripe is away is an outage', async () => {
    const customer = await newCustomer();
    stripe.befall('failure', /./, Number.POSITIVE_INFINITY);
    for (const attempt of [
      () => cards.customerFor(newId('cus')),
      () => save(customer, 'pm_card_visa'),
      () => cards.list(customer),
      () => cards.remove(customer, 'pm_1'),
      () => cards.erase(customer),
    ])
      await expect(attempt()).rejects.toMatchObject({ type: 'unavailable' });
  });
});
