import { setTimeout as sleep } from 'node:timers/promises';
import { NODE_IDS } from '../../scripts/cluster/plan.ts';
import { freePorts } from '../../scripts/servers/ports.ts';
import { messagesSentTo } from './nats-messages.ts';
import { storeCountsOf } from './store-counts.ts';

/** What requests cost a cluster, all in counts; of a request, or of a second at rest. */
export interface Counts {
  /** Commands to MongoDB that read. */
  reads: number;
  /** Commands to MongoDB that write. */
  writes: number;
  /** Documents written by these commands. */
  written: number;
  /** Messages sent to NATS. */
  messages: number;
}

interface Metered {
  natsSystemUrl: string;
  metricsUrls: readonly string[];
}

/** The environment of a cluster whose costs are counted, and where its nodes tell their metrics. */
export async function meteredCluster(): Promise<{ env: Record<string, string>; metricsUrls: string[] }> {
  const port = await freePorts(NODE_IDS.length);
  return {
    env: { METRICS_PORT: String(port), AUDIT_SECONDS: '0' },
    metricsUrls: NODE_IDS.map((_, n) => `http://127.0.0.1:${port + n}`),
  };
}

/** Counts what the nodes of a cluster do, without what they do at rest. */
export class CostMeter {
  readonly #cluster: Metered;
  readonly atRest: Counts;

  private constructor(cluster: Metered, atRest: Counts) {
    this.#cluster = cluster;
    this.atRest = atRest;
  }

  /** Watches a cluster that has nothing to do. @param ms for how long; heartbeats come every 5 s */
  static async of(cluster: Metered, ms = 10_000): Promise<CostMeter> {
    const [before, began] = [await countsOf(cluster), performance.now()];
    await sleep(ms);
    const after = await countsOf(cluster);
    const seconds = (performance.now() - began) / 1000;
    return new CostMeter(
      cluster,
      mapCounts((name) => (after[name] - before[name]) / seconds),
    );
  }

  /** @param act resolves with the number of requests, once all that follows from them is done */
  async perRequest(act: () => Promise<number>): Promise<Counts> {
    const [before, began] = [await countsOf(this.#cluster), performance.now()];
    const requests = await act();
    const after = await countsOf(this.#cluster);
    const seconds = (performance.now() - began) / 1000;
    return mapCounts((name) => (after[name] - before[name] - this.atRest[name] * seconds) / requests);
  }
}

async function countsOf({ natsSystemUrl, metricsUrls }: Metered): Promise<Counts> {
  const [{ reads, writes, written }, messages] = await Promise.all([
    storeCountsOf(metricsUrls),
    messagesSentTo(natsSystemUrl),
  ]);
  return { reads, writes, written, messages };
}

const mapCounts = (countOf: (name: keyof Counts) => number): Counts => ({
  reads: countOf('reads'),
  writes: countOf('writes'),
  written: countOf('written'),
  messages: countOf('messages'),
});
