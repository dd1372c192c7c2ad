import { service } from '../../../lib/contract/service.ts';
import type { Config } from '../../../lib/process/config.ts';
import { errors } from '../../shared/problems.ts';
import { ConcurrencyLimiter } from './concurrency-limiter.ts';
import { OrderStream } from './order-stream.ts';
import { OrderWatch } from './order-watch.ts';
import { tracking } from './tracking.contract.ts';

/** At one gateway. */
const MAX_STREAMS_PER_CUSTOMER = 5;
/** Below the request timeout: a stream that starts after it would have no reader and never be closed. */
const MAX_START_MS = 3000;

/** Runs in every gateway: a follower is connected to one gateway, wherever the order is changed. */
export default function trackingService(config: Config) {
  const watches = new Map<string, OrderWatch>();
  const open = new ConcurrencyLimiter(MAX_STREAMS_PER_CUSTOMER);

  return service(tracking, config, {
    handlers: {
      async follow(ctx) {
        const { id, after: given = '0' } = ctx.params;
        const [after, { user = null, orderToken }] = [Number(given), ctx.meta];
        const meta = { user, ...(orderToken ? { orderToken } : {}) };
        // A guest follows one order.
        const follower = user?.id ?? id;
        const look = (from: number) => this.broker.call('order.timeline', { id, after: from }, { meta });
        // Before the first await: concurrent requests would otherwise all see the same count.
        if (!open.acquire(follower)) throw errors.limitReached(`${MAX_STREAMS_PER_CUSTOMER} streams are open already.`);
        const begun = performance.now();
        // Refuses before anything is streamed.
        const first = await look(after).catch((error: unknown) => {
          open.release(follower);
          throw error;
        });
        const stream = new OrderStream(after);
        // `look` has checked that this follower may see the order; so all followers share one watch.
        const watch = watches.get(id) ?? new OrderWatch(look);
        watches.set(id, watch);
        watch.add(stream);
        stream.once('close', () => {
          open.release(follower);
          if (watch.remove(stream)) watches.delete(id);
        });
        stream.tell(first);
        if (performance.now() - begun > MAX_START_MS) {
          stream.destroy();
          throw errors.unavailable('The order could not be read in time.');
        }
        ctx.meta.$responseType = 'text/event-stream';
        // Disables buffering in nginx.
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
