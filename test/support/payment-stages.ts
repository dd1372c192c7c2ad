import Stripe from 'stripe';
import type { Config } from '../../lib/process/config.ts';
import { newId } from '../../services/shared/ids.ts';
import { errors } from '../../services/shared/problems.ts';
import type { ProviderName } from '../../services/shopping/payment/providers/registry.ts';
import { sandboxSecret } from '../../services/shopping/payment/providers/sandbox/sandbox-secret.ts';
import { signWebhook } from '../../services/shopping/payment/providers/sandbox/webhook-signature.ts';
import { claimsLine } from '../../services/shopping/payment/receivables/claims.ts';
import { bookMoney } from '../../services/shopping/payment/receivables/money-bookings.ts';
import type { ReceivableProvider } from '../../services/shopping/payment/receivables/receivable.ts';
import { storeOf } from './books.ts';
import type { TestShop } from './shop.ts';
import { StripeStandIn } from './stripe-stand-in.ts';

/** A payment method, with what ends the trouble that its charge is in. */
interface Trouble {
  method: string;
  end(): void;
}

/** All that test/integration/shopping/payment-conformance.test.ts needs to know of a payment provider. */
export interface PaymentStage {
  /** The variables of a shop that uses the provider. */
  env: NodeJS.ProcessEnv;
  /**
   * Payment methods by the outcome of their charge; `authorised` is captured by a second command. A provider that leaves
   * nothing undecided has not all of them.
   */
  methods: Record<'approved' | 'unknown', string> &
    Partial<Record<'authorised' | 'challenged' | 'declined' | 'pending', string>>;
  /** The customer answers the challenge of a key. An answer that comes too late changes nothing. */
  answerChallenge?(shop: TestShop, key: string, answer: 'approve' | 'decline'): Promise<void>;
  /** Does what the customer is asked for, where a charge asks for something. */
  act?(shop: TestShop, orderId: string, amount: number): Promise<void>;
  /** The charge is made, and its answer is lost. */
  loseAnswer(shop: TestShop): Trouble;
  /** Charges fail, and nothing is charged. */
  breakDown(shop: TestShop): Trouble;
  /** The provider's own view of an order's money, in minor units. */
  keptOf(shop: TestShop, orderId: string): Promise<number>;
  /** Absent: the provider sends no webhooks. */
  webhooks?: {
    /** An event with news of an order's payment, as the provider writes it. */
    event(id: string, orderId: string): string;
    /** The signature of a webhook's body. */
    sign(body: string, config: Config, options?: { secret?: string; at?: Date }): string;
  };
  stop(): Promise<void>;
}

/** A stage for each provider of the registry. */
export const PAYMENT_STAGES: Readonly<Record<ProviderName, () => Promise<PaymentStage>>> = {
  sandbox: async () => ({
    env: { PAYMENT_PROVIDER: 'sandbox' },
    methods: {
      approved: 'tok_approve',
      authorised: 'tok_two_step',
      challenged: 'tok_challenge',
      declined: 'tok_decline',
      pending: 'tok_late_webhook',
      unknown: 'tok_of_mine',
    },
    async answerChallenge(shop, key, answer) {
      await shop.broker.call('sandbox.answer', { key, approved: answer === 'approve' });
    },
    loseAnswer: () => ({ method: 'tok_timeout_charged', end() {} }),
    breakDown: () => ({ method: 'tok_timeout_not_charged', end() {} }),
    async keptOf(shop, orderId) {
      const { captured = 0, refunded = 0 } = (await storeOf(shop, 'sandbox').get(orderId)) ?? {};
      return captured - refunded;
    },
    webhooks: {
      event: (id, orderId) => JSON.stringify({ id, type: 'payment.captured', orderId }),
      sign: (body, config, { secret = sandboxSecret(config), at = new Date() } = {}) => signWebhook(body, secret, at),
    },
    async stop() {},
  }),

  async stripe() {
    const [secretKey, webhookSecret] = ['sk_test_of_this_stage', 'whsec_of_this_stage'];
    const stripe = await new StripeStandIn(secretKey).start();
    const end = () => stripe.calm();
    return {
      env: { STRIPE_SECRET_KEY: secretKey, STRIPE_WEBHOOK_SECRET: webhookSecret, STRIPE_API_URL: stripe.url },
      methods: {
        approved: 'pm_card_visa',
        authorised: 'pm_manual',
        challenged: 'pm_card_threeDSecure2Required',
        declined: 'pm_card_chargeDeclined',
        pending: 'pm_usBankAccount',
        unknown: 'tok_of_mine',
      },
      async answerChallenge(_shop, key, answer) {
        const { id = '', status } = stripe.intents.find(({ metadata }) => metadata.key === key) ?? {};
        if (status === 'requires_action') stripe.answerChallenge(id, answer);
      },
      loseAnswer() {
        stripe.befall('lost', /confirm$/, 3);
        return { method: 'pm_card_visa', end };
      },
      breakDown() {
        stripe.befall('failure', /./, Number.POSITIVE_INFINITY);
        return { method: 'pm_card_visa', end };
      },
      keptOf: async (_shop, orderId) => stripe.moneyOf(orderId).kept,
      webhooks: {
        event: (id, orderId) =>
          JSON.stringify({
            ...{ id, object: 'event', type: 'payment_intent.succeeded' },
            data: { object: { object: 'payment_intent', metadata: { orderId } } },
          }),
        sign(payload, _config, { secret = webhookSecret, at = new Date() } = {}) {
          return Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp: Math.floor(+at / 1000) });
        },
      },
      stop: () => stripe.stop(),
    };
  },

  async transfer() {
    return {
      ...ledgerStage('transfer'),
      env: { PAYMENT_PROVIDERS: 'transfer', TRANSFER_IBAN: 'DE02 1203 0000 0000 2020 51', TRANSFER_HOLDER: 'Shop Ltd' },
      async act(shop, orderId, amount) {
        await bookReceipt(shop, orderId, amount);
      },
    };
  },

  invoice: async () => ({ ...ledgerStage('invoice'), env: { PAYMENT_PROVIDERS: 'invoice' } }),
};

/** What the providers have in common whose money staff books in the shop's own ledger. */
function ledgerStage(provider: ReceivableProvider): Omit<PaymentStage, 'env'> {
  const troubled = (shop: TestShop, afterwards: boolean): Trouble => {
    const ledger = storeOf(shop, 'receivable');
    const { change } = ledger;
    const end = () => {
      ledger.change = change;
    };
    ledger.change = async (id, decide) => {
      if (afterwards) {
        end();
        await change.call(ledger, id, decide);
      }
      throw errors.unavailable('The database is away.');
    };
    return { method: provider, end };
  };
  return {
    methods: { approved: provider, unknown: 'tok_of_mine' },
    loseAnswer: (shop) => troubled(shop, true),
    breakDown: (shop) => troubled(shop, false),
    async keptOf(shop, orderId) {
      const found = await storeOf(shop, 'receivable').get(orderId);
      const { captured = 0, refunded = 0 } = (found && claimsLine(found, provider)) ?? {};
      return captured - refunded;
    },
    async stop() {},
  };
}

/** Books money as staff does, without the audit log, which is not there. */
async function bookReceipt(shop: TestShop, orderId: string, amount: number): Promise<void> {
  const booking = { kind: 'receipt', key: `${orderId}-${amount}`, amount } as const;
  const statement = { date: '2026-11-01', bankReference: 'TEST', by: newId('cus') };
  await storeOf(shop, 'receivable').change(orderId, (found, now) =>
    bookMoney(found, { ...booking, ...statement }, now),
  );
}
