import type { ServiceBroker } from 'moleculer';
import type { RequestGate } from '../../../lib/admission/request-gate.ts';

const LIMIT = 'shop.admission.limit';
const IN_FLIGHT = 'shop.admission.in-flight';
const WAITING = 'shop.admission.waiting';
const REFUSED = 'shop.admission.refused.total';

/** Metrics of the admission, by load class. */
export class AdmissionMetrics {
  readonly #metrics: ServiceBroker['metrics'] | undefined;

  constructor({ metrics }: ServiceBroker) {
    this.#metrics = metrics;
    const labelNames = ['class'];
    const gauge = (name: string, description: string) =>
      metrics?.register({
        type: 'gauge',
        name,
        labelNames,
        description: `Requests by load class: ${description}`,
      });
    gauge(LIMIT, 'the current limit');
    gauge(IN_FLIGHT, 'in flight');
    gauge(WAITING, 'waiting');
    metrics?.register({ type: 'counter', name: REFUSED, labelNames, description: 'Requests refused for overload' });
  }

  report(name: string, { limit, inFlight, waiting }: RequestGate): void {
    if (!this.#metrics?.isEnabled()) return;
    this.#metrics.set(LIMIT, limit, { class: name });
    this.#metrics.set(IN_FLIGHT, inFlight, { class: name });
    this.#metrics.set(WAITING, waiting, { class: name });
  }

  refused(name: string): void {
    this.#metrics?.increment(REFUSED, { class: name });
  }
}
