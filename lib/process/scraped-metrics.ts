import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { MetricReporters, type ServiceBroker } from 'moleculer';

/** The metrics are sent without the new values when these take longer: a database that hangs must not hide all others. */
const MAX_COLLECT_MS = 1000;

const collectorsOf = new WeakMap<object, (() => Promise<void>)[]>();

/** Has values measured only when they are asked for, as measuring them takes queries. */
export function onScrape(broker: ServiceBroker, collect: () => Promise<void>): void {
  collectorsOf.set(broker, [...(collectorsOf.get(broker) ?? []), collect]);
}

/** Moleculer's reporter for Prometheus, which calls the collectors of `onScrape` first. */
export class ScrapedMetrics extends MetricReporters.Prometheus {
  /** Moleculer takes an instance, too, but its types ask for a description of one. */
  readonly type = 'Prometheus';

  override handler(req: IncomingMessage, res: ServerResponse): void {
    void this.#collect().finally(() => super.handler(req, res));
  }

  async #collect(): Promise<void> {
    const collected = (collectorsOf.get(this.broker) ?? []).map((collect) =>
      collect().catch((error: unknown) => this.logger.warn('Some metrics could not be measured', error)),
    );
    if (collected.length === 0) return;
    const done = new AbortController();
    const late = sleep(MAX_COLLECT_MS, undefined, { signal: done.signal }).catch(() => undefined);
    await Promise.race([Promise.all(collected), late]);
    done.abort();
  }
}
