import { text } from '../../../../../lib/process/settings/setting.ts';
import { StartError } from '../../../../../lib/process/start-error.ts';
import { errors } from '../../../../shared/problems.ts';
import { defineProvider } from '../provider-definition.ts';
import { refuseUnsupportedCurrencies } from './stripe-amount.ts';
import { stripeLimits } from './stripe-limits.ts';

/** The id of a PaymentMethod or a ConfirmationToken, which Stripe.js creates in the browser. */
const PAYMENT_METHOD = /^(pm|ctoken)_\w+$/;

/** `test` or `live`; undefined for a key that does not say. */
const modeOf = (key: string) => /^[a-z]+_(test|live)_/.exec(key)?.[1];

export const stripeDefinition = defineProvider({
  name: 'stripe',
  kind: 'card',
  signatureHeader: 'Stripe-Signature',
  credential: 'STRIPE_SECRET_KEY',
  isRemote: true,
  settings: {
    STRIPE_SECRET_KEY: {
      rule: { ...text, pattern: /^(sk|rk)_/, optional: true },
      allowed: 'a secret key of Stripe, which begins with sk_ or rk_',
      about: 'the secret key of the shop at Stripe: [docs/payments.md](docs/payments.md)',
      isSecret: true,
    },
    STRIPE_PUBLISHABLE_KEY: {
      rule: { ...text, pattern: /^pk_/, optional: true },
      allowed: 'a publishable key of Stripe, which begins with pk_',
      about: 'lets Stripe.js show 3-D Secure on the page of the shop; without it customers go to a page of their bank',
    },
    STRIPE_WEBHOOK_SECRET: {
      rule: { ...text, pattern: /^whsec_/, optional: true },
      allowed: 'a signing secret of Stripe, which begins with whsec_',
      about: 'signs the webhooks of Stripe; required with its key',
      ...{ isSecret: true, mustBeRandom: true },
    },
    STRIPE_API_URL: {
      rule: { ...text, pattern: /^https?:\/\//, default: 'https://api.stripe.com' },
      allowed: 'an address such as https://api.stripe.com',
      about: "the address of Stripe's API, for tests against another server",
    },
  },
  limits: stripeLimits,

  methodOf(given) {
    if (given === undefined || !PAYMENT_METHOD.test(given)) throw errors.unknownPaymentMethod(given ?? '');
    return given;
  },

  configure(
    {
      STRIPE_SECRET_KEY: secretKey,
      STRIPE_PUBLISHABLE_KEY: publishableKey,
      STRIPE_WEBHOOK_SECRET: webhookSecret,
      STRIPE_API_URL: apiUrl,
    },
    { currencies },
  ) {
    if (!secretKey || !webhookSecret) {
      throw new StartError('PAYMENT_PROVIDER is stripe: set both STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET');
    }
    const [secretMode, publishableMode] = [modeOf(secretKey), modeOf(publishableKey ?? '')];
    if (secretMode && publishableMode && secretMode !== publishableMode) {
      throw new StartError(
        `STRIPE_SECRET_KEY is for ${secretMode} mode, and STRIPE_PUBLISHABLE_KEY for ${publishableMode} mode: no customer could pay`,
      );
    }
    refuseUnsupportedCurrencies(currencies);
    // Loading Stripe's library takes a third of a second and 36 MB: only a shop that uses it pays for that.
    const loading = import('./stripe-provider.ts').then(({ stripeProvider }) =>
      stripeProvider({ secretKey, publishableKey, webhookSecret, apiUrl }),
    );
    return () => loading;
  },
});
