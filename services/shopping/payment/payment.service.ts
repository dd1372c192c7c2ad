import { service } from '../../../lib/contract/service.ts';
import type { Config } from '../../../lib/process/config.ts';
import { store } from '../../../mixins/store/store.ts';
import { errors } from '../../shared/problems.ts';
import { payment } from './payment.contract.ts';
import { authoriseAndCapture } from './payment.ts';
import { orderIdOfKey } from './payment-key.ts';
import { connectProvider, selectedProvider } from './providers/registry.ts';
import { publicAddress } from './public-address.ts';

/** The event of a processed webhook; its id is `<provider>:<event's id>`. */
interface ProcessedEvent {
  _id: string;
  rev: number;
  at: Date;
}

export default function paymentService(config: Config) {
  const selected = selectedProvider(config);
  const providerFor = connectProvider(config);

  return service(payment, config, {
    mixins: [store<ProcessedEvent>(config, { node: 'shopping', collection: 'webhook-events' })],

    handlers: {
      async charge(ctx) {
        const provider = await providerFor(ctx);
        const { key, amount, method } = ctx.params;
        const result = await authoriseAndCapture(provider, key, {
          amount,
          method: selected.methodOf(method),
          // The front end's page of the order, where a redirect ends.
          returnUrl: publicAddress(config, `/orders/${orderIdOfKey(key) ?? key}`),
        });
        const isOpenOrPaid = result.outcome === 'captured' || result.outcome === 'requires-action';
        return isOpenOrPaid ? { ...result, provider: selected.name } : result;
      },

      async cancel(ctx) {
        const { key, amount } = ctx.params;
        const provider = await providerFor(ctx);
        const result = await provider.cancel(key, amount);
        return result.outcome === 'refused' ? { ...result, provider: selected.name } : result;
      },

      async statement(ctx) {
        const { key, reference, currency } = ctx.params;
        return (await providerFor(ctx)).statement({ key, reference, currency });
      },

      async refund(ctx) {
        const { key: of, refundId: key, ...rest } = ctx.params;
        return (await providerFor(ctx)).refund({ key, of, ...rest });
      },

      async books(ctx) {
        const page = await (await providerFor(ctx)).ledgerPage(ctx.params);
        return page ? { ...page, external: false } : { items: [], next: null, external: true };
      },

      async webhook(ctx) {
        const { provider: name, payload } = ctx.params;
        if (name !== selected.name) throw errors.notFound('This payment provider');
        const provider = await providerFor(ctx);
        const event = provider.verify(payload, ctx.params[`${selected.name}Signature`] ?? '');
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
