import type { Middleware, ServiceBroker } from 'moleculer';
import { type BreakerChange, breakerChanges } from './outside-breaker.ts';

const STATE_METRIC = 'shop.outside.breaker.state';
const OPENED_METRIC = 'shop.outside.breaker.opened.total';
const STATE_VALUES = { closed: 0, 'half-open': 1, open: 2 } as const;

/** Logs and measures the circuit breakers of outside servers (payment provider, mail server, file storage). */
export function outsideBreakerMetrics(): Middleware {
  let listener: ((change: unknown) => void) | undefined;
  return {
    name: 'OutsideBreakerMetrics',
    created({ metrics, logger }: ServiceBroker) {
      const labelNames = ['server'];
      const description = 'Circuit breaker before a server outside the shop: 0 closed, 1 half-open, 2 open';
      metrics.register({ type: 'gauge', name: STATE_METRIC, description, labelNames });
      metrics.register({ type: 'counter', name: OPENED_METRIC, description: 'How often it has opened', labelNames });
      listener = (change) => {
        const { label: server, state } = change as BreakerChange;
        logger.warn(`circuit breaker before ${server} is ${state}`);
        metrics.set(STATE_METRIC, STATE_VALUES[state], { server });
        if (state === 'open') metrics.increment(OPENED_METRIC, { server });
      };
      breakerChanges.subscribe(listener);
    },
    async stopped() {
      if (listener) breakerChanges.unsubscribe(listener);
    },
  };
}
