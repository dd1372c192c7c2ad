import Stripe from 'stripe';
import type { Config } from '../../lib/process/config.ts';
import type { ProviderName } from '../../services/shopping/payment/providers/registry.ts';
import { sandboxSecret } from '../../services/shopping/payment/providers/sandbox/sandbox-secret.ts';
import { signWebhook } from '../../services/shopping/payment/providers/sandbox/webhook-signature.ts';
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
  /** Payment methods by the outcome of their charge; `authorised` is captured by a second command. */
  methods: Record<'approved' | 'authorised' | 'challenged' | 'declined' | 'pending' | 'unknown', string>;
  /** The customer answers the challenge of a key. An answer that comes too late changes nothing. */
  answerChallenge(shop: TestShop, key: string, answer: 'approve' | 'decline'): Promise<void>;
  /** The charge is made, and its answer is lost. */
  loseAnswer(): Trouble;
  /** Charges fail, and nothing is charged. */
  breakDown(): Trouble;
  /** The provider's own view of an order's money, in minor units. */
  keptOf(shop: TestShop, orderId: string): Promise<number>;
  /** An event with news of an order's payment, as the provider writes it. */
  event(id: string, orderId: string): string;
  /** The signature of a webhook's body. */
  sign(body: string, config: Config, options?: { secret?: string; at?: Date }): string;
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
    event: (id, orderId) => JSON.stringify({ id, type: 'payment.captured', orderId }),
    sign: (body, config, { secret = sandboxSecret(config), at = new Date() } = {}) => signWebhook(body, secret, at),
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
      event: (id, orderId) =>
        JSON.stringify({
          ...{ id, object: 'event', type: 'payment_intent.succeeded' },
          data: { object: { object: 'payment_intent', metadata: { orderId } } },
        }),
      sign(payload, _config, { secret = webhookSecret, at = new Date() } = {}) {
        return Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp: Math.floor(+at / 1000) });
      },
      stop: () => stripe.stop(),
    };
  },
};
