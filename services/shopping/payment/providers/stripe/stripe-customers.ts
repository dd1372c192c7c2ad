import type Stripe from 'stripe';
import { idTime } from '../../../../shared/ids.ts';
import type { SavedMethod, SavedMethods, SaveMethodOutcome } from '../../payment-provider.ts';
import { actionOf } from './stripe-action.ts';
import { sendUnderKey, translateErrors } from './stripe-client.ts';
import { methodParams } from './stripe-confirm.ts';
import { isMissing, reasonOf, refusalOf } from './stripe-outcome.ts';

/** Stripe keeps an idempotency key for a day; an older customer is in the index of the search. */
const CUSTOMER_KEY_LIFETIME_MS = 20 * 3_600_000;
const MAX_LISTED_METHODS = 100;

/** Payment methods that Stripe keeps for the shop's customers (https://docs.stripe.com/payments/save-and-reuse). */
export function savedMethods(stripe: Stripe, publishableKey: string | undefined): SavedMethods {
  const { customers, paymentMethods, setupIntents } = stripe;

  const customerFor = async (customerId: string): Promise<string> => {
    const query = `metadata['customerId']:'${customerId}'`;
    const isOld = Date.now() - +idTime(customerId) > CUSTOMER_KEY_LIFETIME_MS;
    const [known] = isOld ? (await customers.search({ query, limit: 1 })).data : [];
    const params = { metadata: { customerId } };
    const customer = known ?? (await sendUnderKey(customerId, (options) => customers.create(params, options)));
    return customer.id;
  };

  const save: SavedMethods['save'] = async ({ key, customer, method, returnUrl }) => {
    const params = {
      ...methodParams(method),
      customer,
      confirm: true,
      // The shop may charge it without the customer, to renew an authorisation.
      usage: 'off_session' as const,
      automatic_payment_methods: { enabled: true },
      return_url: returnUrl,
      use_stripe_sdk: publishableKey !== undefined,
    };
    try {
      // Stripe answers a known key with the first state.
      const { id } = await sendUnderKey(key, (options) => setupIntents.create(params, options));
      return await find(id);
    } catch (error) {
      const reason = refusalOf(error);
      if (reason === undefined) throw error;
      return { outcome: 'declined', reason };
    }
  };

  const find = async (reference: string): Promise<SaveMethodOutcome> =>
    setupOutcome(await setupIntents.retrieve(reference, { expand: ['payment_method'] }), publishableKey);

  const list = async (customer: string): Promise<SavedMethod[]> =>
    (await customers.listPaymentMethods(customer, { limit: MAX_LISTED_METHODS })).data.map(savedMethod);

  const remove = async (customer: string, method: string): Promise<void> => {
    // Stripe finds a method only under its own customer.
    const own = await customers.retrievePaymentMethod(customer, method).catch(undefinedIfMissing);
    if (own) await paymentMethods.detach(own.id).catch(undefinedIfMissing);
  };

  const erase = async (customer: string): Promise<void> => {
    await customers.del(customer).catch(undefinedIfMissing);
  };

  return {
    customerFor: (customerId) => translateErrors(customerFor(customerId)),
    save: (request) => translateErrors(save(request)),
    find: (reference) => translateErrors(find(reference)),
    list: (customer) => translateErrors(list(customer)),
    remove: (customer, method) => translateErrors(remove(customer, method)),
    erase: (customer) => translateErrors(erase(customer)),
  };
}

/** Requires an expanded `payment_method`. */
function setupOutcome(setup: Stripe.SetupIntent, publishableKey: string | undefined): SaveMethodOutcome {
  const { id: reference, status, payment_method: method, last_setup_error: failure } = setup;
  switch (status) {
    case 'succeeded':
      if (typeof method !== 'object' || method === null) throw new Error(`Stripe: ${reference} has no payment method`);
      return { outcome: 'saved', method: savedMethod(method) };
    case 'requires_action': {
      const action = actionOf(setup, publishableKey);
      return action ? { outcome: 'requires-action', reference, action } : { outcome: 'pending', reference };
    }
    case 'requires_payment_method':
    case 'canceled':
      return { outcome: 'declined', reason: failure ? reasonOf(failure) : 'cancelled' };
    default:
      return { outcome: 'pending', reference };
  }
}

function savedMethod({
  id,
  type,
  card,
  sepa_debit: debit,
  us_bank_account: account,
}: Stripe.PaymentMethod): SavedMethod {
  return {
    ...{ id, type, brand: card?.brand ?? null, wallet: card?.wallet?.type ?? null },
    last4: card?.last4 ?? debit?.last4 ?? account?.last4 ?? null,
    expires: card ? { month: card.exp_month, year: card.exp_year } : null,
  };
}

function undefinedIfMissing(error: unknown): undefined {
  if (!isMissing(error)) throw error;
}
