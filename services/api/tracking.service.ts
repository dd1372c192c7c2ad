import type { Config } from '../../lib/config.ts';
import { errors } from '../../lib/errors.ts';
import { customerOf, service } from '../../lib/service.ts';
import { OrderStream } from './order-stream.ts';
import { tracking } from './tracking.contract.ts';

/** Streams that one customer may have open at one gateway. */
const MOST = 5;

/** Runs in every gateway: whoever follows an order is connected to it, wherever the order is changed. */
export default function trackingService(config: Config) {
  const streams = new Map<OrderStream, { orderId: string; customerId: string }>();

  return service()(tracking, config, {
    handlers: {
      async follow(ctx) {
        const { id, after = '0' } = ctx.params;
        const customerId = customerOf(ctx);
        const { user = null } = ctx.meta;
        if ([...streams.values()].filter((one) => one.customerId === customerId).length >= MOST) {
          throw errors.limitReached(`${MOST} streams are open already.`);
        }
        const look = (from: number) => this.broker.call('order.timeline', { id, after: from }, { meta: { user } });
        // Says no before anything is streamed.
        const first = await look(Number(after));
        const closed = () => void streams.delete(stream);
        const stream: OrderStream = new OrderStream({ look, first, after: Number(after), closed });
        streams.set(stream, { orderId: id, customerId });
        ctx.meta.$responseType = 'text/event-stream';
        ctx.meta.$responseHeaders = { 'X-Accel-Buffering': 'no' };
        return stream;
      },
    },

    events: {
      'order.changed'(ctx) {
        for (const [stream, { orderId }] of streams) if (orderId === ctx.params.id) void stream.hint();
      },
    },

    created() {
      // Each client comes back to a gateway that stays, with the number of its last event.
      const drain = async () => {
        for (const stream of streams.keys()) stream.end();
      };
      Object.assign(this, { drain });
    },
  });
}
