import type { PaymentConfig } from '../../../lib/config.ts';
import type { Rpc } from '../../../lib/contract.ts';
import type { PaymentProvider } from '../payment-provider.ts';
import { sandboxProvider } from './sandbox.ts';

/** The provider that the config names, for one who calls through `rpc`. */
export function configuredProvider(payments: PaymentConfig): (rpc: Rpc) => PaymentProvider | Promise<PaymentProvider> {
  switch (payments.provider) {
    case 'sandbox':
      return (rpc) => sandboxProvider(rpc, payments.webhookSecret);
    case 'stripe': {
      // Its library takes a third of a second and 36 MB, which only those pay who use it.
      const loading = import('./stripe.ts').then(({ stripeProvider }) => stripeProvider(payments));
      return () => loading;
    }
    default:
      throw new Error(`unknown provider ${payments satisfies never}`);
  }
}
