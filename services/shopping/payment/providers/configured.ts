import type { Rpc } from '../../../../lib/contract/contract.ts';
import type { Config } from '../../../../lib/process/config.ts';
import type { PaymentProvider } from '../payment-provider.ts';
import { sandboxProvider } from './sandbox/sandbox-provider.ts';
import { refuseUnpayable } from './stripe/stripe-amount.ts';

/**
 * The provider that the config names, for one who calls through `rpc`.
 * @throws {StartError} for a currency that it cannot be paid in
 */
export function configuredProvider({
  payments,
  currencies,
}: Pick<Config, 'payments' | 'currencies'>): (rpc: Rpc) => PaymentProvider | Promise<PaymentProvider> {
  switch (payments.provider) {
    case 'sandbox':
      return (rpc) => sandboxProvider(rpc, payments.webhookSecret);
    case 'stripe': {
      refuseUnpayable(currencies);
      // Its library takes a third of a second and 36 MB, which only those pay who use it.
      const loading = import('./stripe/stripe-provider.ts').then(({ stripeProvider }) => stripeProvider(payments));
      return () => loading;
    }
    default:
      throw new Error(`unknown provider ${payments satisfies never}`);
  }
}
