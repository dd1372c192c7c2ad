import type { Handlers } from '../../../lib/contract/service.ts';
import type { Config } from '../../../lib/process/config.ts';
import type { paymentMethodActions } from './payment-methods.contract.ts';
import { isMethodAllowed, limitsOf, methodRefusal, type Payable } from './payment-methods.ts';
import { enabledProviders, PROVIDERS, type Provider } from './providers/registry.ts';

/** The handlers of the payment methods that customers choose from. */
export const paymentMethodHandlers = (config: Config): Handlers<typeof paymentMethodActions, object> => ({
  async methods(ctx) {
    const customerId = ctx.meta.user?.id;
    const offered = PROVIDERS.filter((provider) => isOffered(provider, config));
    const isAllowed = await isMethodAllowed(
      offered.filter((one) => !methodRefusal(one, ctx.params, config)),
      customerId,
      ctx,
    );
    return { methods: offered.map((provider) => methodView(provider, ctx.params, isAllowed, config)) };
  },
});

/** The sandbox is named only where it is used. */
const isOffered = (provider: Provider, config: Config): boolean =>
  provider.name !== 'sandbox' || enabledProviders(config).includes(provider);

function methodView(provider: Provider, payable: Payable, isAllowed: boolean, config: Config) {
  const { kind, name, needsPermission } = provider;
  const refusal = methodRefusal(provider, payable, config);
  const reason = refusal ?? (needsPermission && !isAllowed ? 'not-allowed' : undefined);
  const { currency } = payable;
  const limits = currency === undefined ? undefined : limitsOf(provider, config)(currency);
  return {
    ...{ kind, provider: name, isAvailable: reason === undefined },
    ...(reason === undefined ? {} : { reason }),
    ...(limits && currency
      ? { least: { amount: limits.least, currency }, largest: { amount: limits.largest, currency } }
      : {}),
  };
}
