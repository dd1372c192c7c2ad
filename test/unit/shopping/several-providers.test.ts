import { describe, expect, test } from '@jest/globals';
import { loadConfig } from '../../../lib/process/config.ts';
import { checkServiceSettings } from '../../../services/settings.ts';
import { chooseMethod } from '../../../services/shopping/payment/payment-methods.ts';
import { connectProviders, enabledProviders } from '../../../services/shopping/payment/providers/registry.ts';

const BANK = { TRANSFER_IBAN: 'DE02 1203 0000 0000 2020 51', TRANSFER_HOLDER: 'Shop Ltd' };
const load = (env: NodeJS.ProcessEnv) => loadConfig({ TOKEN_SECRET: 'x'.repeat(32), NODE_ENV: 'test', ...env });
const names = (env: NodeJS.ProcessEnv) => enabledProviders(load(env)).map(({ name }) => name);
const check = (env: NodeJS.ProcessEnv) => () => checkServiceSettings(load(env));

describe('several payment providers', () => {
  test('are those of PAYMENT_PROVIDERS, in its order; PAYMENT_PROVIDER is its name for one', () => {
    expect(names({ PAYMENT_PROVIDERS: 'transfer, sandbox,transfer', PAYMENT_PROVIDER: 'invoice' })).toEqual([
      'transfer',
      'sandbox',
    ]);
    expect(names({ PAYMENT_PROVIDER: 'invoice' })).toEqual(['invoice']);
  });

  test.each([
    [{ PAYMENT_PROVIDERS: 'sandbox,cash' }, /PAYMENT_PROVIDERS must be names of payment providers.*has "cash"/],
    [{ PAYMENT_PROVIDERS: 'sandbox,transfer' }, 'set both TRANSFER_IBAN and TRANSFER_HOLDER'],
    [
      { ...BANK, TRANSFER_IBAN: 'DE03 1203 0000 0000 2020 51' },
      'TRANSFER_IBAN must be an IBAN with the right check digits',
    ],
    [{ ...BANK, TRANSFER_BIC: 'BANK' }, 'TRANSFER_BIC must be a BIC'],
    [{ INVOICE_COUNTRIES: 'DE,Austria' }, 'INVOICE_COUNTRIES must be codes of countries'],
  ])('with %j are refused in one line', (env, expected) => {
    expect(check(env)).toThrow(expected);
    expect(check({ ...BANK, PAYMENT_PROVIDERS: 'sandbox,transfer,invoice' })).not.toThrow();
  });

  test('each take the methods that they know', () => {
    const config = load({ ...BANK, PAYMENT_PROVIDERS: 'sandbox,transfer,invoice' });
    const chosen = (method?: string) => chooseMethod(method, config).provider.name;
    expect([chosen(), chosen('tok_two_step'), chosen('transfer'), chosen('invoice')]).toEqual([
      ...['sandbox', 'sandbox', 'transfer', 'invoice'],
    ]);
    const unknown = expect.objectContaining({ type: 'unknown-payment-method' });
    expect(() => chosen('pm_card_visa')).toThrow(unknown);
  });

  test('that are switched off still get the commands of their orders, as long as they have their settings', () => {
    expect(connectProviders(load({ ...BANK, PAYMENT_PROVIDERS: 'sandbox' })).names).toEqual([
      ...['sandbox', 'transfer', 'invoice'],
    ]);
    expect(connectProviders(load({ PAYMENT_PROVIDERS: 'invoice' })).names).toEqual(['invoice']);
  });
});
