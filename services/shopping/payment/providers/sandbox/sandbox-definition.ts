import type { Rpc } from '../../../../../lib/contract/contract.ts';
import { errors } from '../../../../shared/problems.ts';
import { defineProvider } from '../provider-definition.ts';
import { stripeLimits } from '../stripe/stripe-limits.ts';
import { sandboxProvider } from './sandbox-provider.ts';
import { sandboxSecret } from './sandbox-secret.ts';
import { isTestToken } from './sandbox-tokens.ts';

export const sandboxDefinition = defineProvider({
  name: 'sandbox',
  kind: 'card',
  signatureHeader: 'Sandbox-Signature',
  // A service of the shop: the circuit breakers between nodes stand before it.
  isRemote: false,
  settings: {},
  // Those of Stripe, so that a shop is tested with the limits that it will have.
  limits: stripeLimits,

  methodOf(given = 'tok_approve') {
    if (!isTestToken(given)) throw errors.unknownPaymentMethod(given);
    return given;
  },

  configure: (_values, config) => (rpc: Rpc) => sandboxProvider(rpc, sandboxSecret(config)),
  services: () => [import('./sandbox.service.ts')],
});
