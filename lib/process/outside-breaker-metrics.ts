import type { Middleware, ServiceBroker } from 'moleculer';
import { type BreakerChange, breakerChanges } from './outside-breaker.ts';

const STATE = 'shop.outside.breaker.state';
const OPENED = 'shop.outside.breaker.opened.total';
const VALUES = { closed: 0, 'half-open': 1, open: 2 } as const;

/** Shows operators the breakers before payment provider, mail server and file storage: in the log and the metrics. */
export function outsideBreakerMetrics(): Middleware {
  let listener: ((change: unknown) => void) | undefined;
  return {
    name: 'OutsideBreakerMetrics',
    created({ metrics, logger }: ServiceBroker) {
      const labelNames = ['server'];
      const description = 'Circuit breaker before a server outside the shop: 0 closed, 1 half-open, 2 open';
      metrics.register({ type: 'gauge', name: STATE, description, labelNames });
      metrics.register({ type: 'counter', name: OPENED, description: 'How often it has opened', labelNames });
      listener = (change) => {
        const { label: server, state } = change as BreakerChange;
        logger.warn(`circuit breaker before ${server} is ${state}`);
        metrics.set(STATE, VALUES[state], { server });
        if (state === 'open') metrics.increment(OPENED, { server });
      };
      breakerChanges.subscribe(listener);
    },
    async stopped() {
      if (listener) breakerChanges.unsubscribe(listener);
    },
  };
}
