import type { Middleware, Service } from 'moleculer';

/** A service that must finish its clients' requests before the broker stops. */
interface Draining extends Service {
  drain(): Promise<void>;
}

/** Calls `drain` of the local services that have it, while all services still run. */
export function drain(): Middleware {
  return {
    name: 'Drain',
    async stopping(broker) {
      const services = broker.services.filter((service): service is Draining => 'drain' in service);
      await Promise.all(services.map((service) => service.drain()));
    },
  };
}
