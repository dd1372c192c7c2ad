import { service } from '../../../lib/contract/service.ts';
import type { Config } from '../../../lib/process/config.ts';
import { store } from '../../../mixins/store/store.ts';
import { errors } from '../../shared/problems.ts';
import { payment } from './payment.contract.ts';
import { authoriseAndCapture } from './payment.ts';
import { orderIdOfKey } from './payment-key.ts';
import { paymentMethodHandlers } from './payment-method-handlers.ts';
import { chooseMethod } from './payment-methods.ts';
import { connectProviders, PROVIDERS, selectedProvider, webhookProvider } from './providers/registry.ts';
import { publicAddress } from './public-address.ts';

/** The event of a processed webhook; its id is `<provider>:<event's id>`. */
interface ProcessedEvent {
  _id: string;
  rev: number;
  at: Date;
}

export default function paymentService(config: Config) {
  const providers = connectProviders(config);
  const first = selectedProvider(config).name;

  return service(payment, config, {
    mixins: [store<ProcessedEvent>(config, { node: 'shopping', collection: 'webhook-events' })],

    handlers: {
      ...paymentMethodHandlers(config),

      async charge(ctx) {
        const { key, amount, method: given, provider } = ctx.params;
        const { name, method } = methodAt(provider, given, config);
        const result = await authoriseAndCapture(await providers.connect(name, ctx), key, {
          amount,
          method,
          // The front end's page of the order, where a redirect ends.
          returnUrl: publicAddress(config, `/orders/${orderIdOfKey(key) ?? key}`),
        });
        const isOpenOrPaid = result.outcome === 'captured' || result.outcome === 'requires-action';
        return isOpenOrPaid ? { ...result, provider: name } : result;
      },

      async cancel(ctx) {
        const { key, amount, provider = first } = ctx.params;
        const result = await (await providers.connect(provider, ctx)).cancel(key, amount);
        return result.outcome === 'refused' ? { ...result, provider } : result;
      },

      async statement(ctx) {
        const { key, reference, currency, provider = first } = ctx.params;
        return (await providers.connect(provider, ctx)).statement({ key, reference, currency });
      },

      async refund(ctx) {
        const { key: of, refundId: key, provider = first, ...rest } = ctx.params;
        return (await providers.connect(provider, ctx)).refund({ key, of, ...rest });
      },

      async providers() {
        return { names: [...providers.names] };
      },

      async books(ctx) {
        const { provider = first, ...asked } = ctx.params;
        const page = await (await providers.connect(provider, ctx)).ledgerPage(asked);
        return page ? { ...page, external: false } : { items: [], next: null, external: true };
      },

      async webhook(ctx) {
        const { payload } = ctx.params;
        const sender = webhookProvider(ctx.params.provider, providers);
        if (!sender) throw errors.notFound('This payment provider');
        const { name } = sender;
        const provider = await providers.connect(name, ctx);
        const event = provider.verify(payload, ctx.params[`${name}Signature`] ?? '');
        const received = { received: true };
        const { orderId, reference } = event;
        if (orderId === undefined && reference === undefined) return received;
        const _id = `${name}:${event.id}`;
        if (await this.store.get(_id)) return received;
        // An event only says that there is news: the order asks the provider, as it does without webhooks.
        if (event.about === 'money') {
          await ctx.call('order.reconcile', { ...(orderId ? { orderId } : {}), ...(reference ? { reference } : {}) });
        } else if (orderId !== undefined) {
          await ctx.call('order.resume', { orderId });
        }
        // Only after the order has moved on: the provider sends an event again that failed, and it must be processed then.
        await this.store.insert({ _id, at: new Date() });
        return received;
      },
    },
  });
}

/** The provider and the method of a charge: the stored ones, or on an order from before that, those that the method names. */
function methodAt(stored: string | undefined, given: string, config: Config): { name: string; method: string } {
  const provider = PROVIDERS.find(({ name }) => name === stored);
  if (provider) return { name: provider.name, method: provider.methodOf(given) };
  const chosen = chooseMethod(given, config);
  return { name: chosen.provider.name, method: chosen.method };
}
