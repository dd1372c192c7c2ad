import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { loadConfig } from '../../../lib/process/config.ts';
import { servicesOf } from '../../../services/nodes.ts';
import { checkServiceSettings } from '../../../services/settings.ts';
import { selectedProvider } from '../../../services/shopping/payment/providers/registry.ts';

const TOKEN_SECRET = randomBytes(24).toString('base64url');
const STRIPE = { STRIPE_SECRET_KEY: 'sk_test_1', STRIPE_WEBHOOK_SECRET: `whsec_${TOKEN_SECRET}` };
const load = (env: NodeJS.ProcessEnv) => loadConfig({ TOKEN_SECRET, ...env });
const selected = (env: NodeJS.ProcessEnv = {}) => selectedProvider(load(env)).name;
const check = (env: NodeJS.ProcessEnv) => () => checkServiceSettings(load(env));

describe('the payment provider', () => {
  test('is the sandbox, but in production only when it is asked for', () => {
    expect(selected()).toBe('sandbox');
    expect(() => selected({ NODE_ENV: 'production' })).toThrow(
      /^STRIPE_SECRET_KEY is not set: .*PAYMENT_PROVIDERS=sandbox/,
    );
    expect(selected({ NODE_ENV: 'production', PAYMENT_PROVIDER: 'sandbox' })).toBe('sandbox');
  });

  test('is the one whose credential is set, unless another is named', () => {
    expect(selected(STRIPE)).toBe('stripe');
    expect(selected({ ...STRIPE, NODE_ENV: 'production' })).toBe('stripe');
    expect(selected({ ...STRIPE, PAYMENT_PROVIDER: 'sandbox' })).toBe('sandbox');
    expect(selected({ PAYMENT_PROVIDER: '', STRIPE_SECRET_KEY: '' })).toBe('sandbox');
  });

  test('is the sandbox for a gateway that offers its pages, and never by default in production', async () => {
    const hasPages = async (env: NodeJS.ProcessEnv) => {
      const services = await servicesOf('api', load({ ...env, SERVICES: 'api' }));
      return services.some(({ name }) => name === 'sandbox-pages');
    };
    expect(await hasPages({})).toBe(true);
    expect(await hasPages(STRIPE)).toBe(false);
    expect(await hasPages({ NODE_ENV: 'production' })).toBe(false);
    expect(await hasPages({ NODE_ENV: 'production', PAYMENT_PROVIDER: 'sandbox' })).toBe(true);
  });

  test('needs its settings where a process takes payments, and there alone', () => {
    const half = { PAYMENT_PROVIDER: 'stripe', STRIPE_SECRET_KEY: 'sk_test_1' };
    expect(check(half)).toThrow(/STRIPE_WEBHOOK_SECRET/);
    expect(check({ ...half, SERVICES: 'api' })).not.toThrow();
    expect(check({ NODE_ENV: 'production', SERVICES: 'product,api' })).not.toThrow();
    expect(check(STRIPE)).not.toThrow();
  });

  test('is not Stripe with keys of its test mode and of its live mode, with which no customer could pay', () => {
    expect(check({ ...STRIPE, STRIPE_PUBLISHABLE_KEY: 'pk_live_1' })).toThrow('STRIPE_SECRET_KEY is for test mode');
    expect(check({ ...STRIPE, STRIPE_PUBLISHABLE_KEY: 'pk_test_1' })).not.toThrow();
    expect(check({ ...STRIPE, STRIPE_SECRET_KEY: 'rk_live_1', STRIPE_PUBLISHABLE_KEY: 'pk_live_1' })).not.toThrow();
  });

  test.each([
    ['PAYMENT_PROVIDER', 'cash', 'PAYMENT_PROVIDER must be stripe, sandbox, transfer, or invoice, but is "cash"'],
    [
      'STRIPE_SECRET_KEY',
      'pk_1',
      'STRIPE_SECRET_KEY must be a secret key of Stripe, which begins with sk_ or rk_, but',
    ],
    ['STRIPE_PUBLISHABLE_KEY', 'sk_test_1', 'STRIPE_PUBLISHABLE_KEY must be a publishable key of Stripe'],
    ['STRIPE_WEBHOOK_SECRET', 'hunter2', 'STRIPE_WEBHOOK_SECRET must be a signing secret of Stripe'],
    ['STRIPE_API_URL', 'api.stripe.com', 'STRIPE_API_URL must be an address such as https://api.stripe.com, but is'],
  ])('with %s=%s is refused in one line that says what is expected', (name, value, expected) => {
    for (const other of [{}, { PAYMENT_PROVIDER: 'sandbox' }, { SERVICES: 'api' }]) {
      const start = check({ ...STRIPE, ...other, [name]: value });
      expect(start).toThrow(expected);
      if (/SECRET/.test(name)) expect(start).not.toThrow(value);
    }
  });
});
