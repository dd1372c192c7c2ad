import { customerOf, service } from '../../../lib/contract/service.ts';
import type { Config } from '../../../lib/process/config.ts';
import { errors } from '../../shared/problems.ts';
import { OrderStream } from './order-stream.ts';
import { OrderWatch } from './order-watch.ts';
import { Tally } from './tally.ts';
import { tracking } from './tracking.contract.ts';

/** Streams that one customer may have open at one gateway. */
const MOST = 5;
/** Less than a request may take, in ms: nobody would read, or close, a stream that comes after it was given up. */
const PATIENCE = 3000;

/** Runs in every gateway: whoever follows an order is connected to it, wherever the order is changed. */
export default function trackingService(config: Config) {
  const watches = new Map<string, OrderWatch>();
  const open = new Tally(MOST);

  return service(tracking, config, {
    handlers: {
      async follow(ctx) {
        const { id, after: given = '0' } = ctx.params;
        const [customerId, after, { user = null }] = [customerOf(ctx), Number(given), ctx.meta];
        const look = (from: number) => this.broker.call('order.timeline', { id, after: from }, { meta: { user } });
        // Before the first wait, or many that come at once would all see the same number.
        if (!open.add(customerId)) throw errors.limitReached(`${MOST} streams are open already.`);
        const begun = performance.now();
        // Says no before anything is streamed.
        const first = await look(after).catch((error: unknown) => {
          open.remove(customerId);
          throw error;
        });
        const stream = new OrderStream(after);
        // Whoever follows an order may see it, as `look` has just said of this one; so they can share what is seen.
        const watch = watches.get(id) ?? new OrderWatch(look);
        watches.set(id, watch);
        watch.add(stream);
        stream.once('close', () => {
          open.remove(customerId);
          if (watch.remove(stream)) watches.delete(id);
        });
        stream.tell(first);
        if (performance.now() - begun > PATIENCE) {
          stream.destroy();
          throw errors.unavailable('The order could not be read in time.');
        }
        ctx.meta.$responseType = 'text/event-stream';
        // Or nginx would keep back what is sent until there is more of it.
        ctx.meta.$responseHeaders = { 'X-Accel-Buffering': 'no' };
        return stream;
      },
    },

    events: {
      'order.changed'(ctx) {
        void watches.get(ctx.params.id)?.hint();
      },
    },
  });
}
