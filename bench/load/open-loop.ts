import { setTimeout as delay } from 'node:timers/promises';
import { percentile } from '../report/statistics.ts';

/** How a visit ended: served; refused with 503 and Retry-After; failed in any other way, also by being too late. */
type Ending = 'served' | 'refused' | 'failed';

export interface Visit {
  kind: string;
  ending: Ending;
  /** Duration of the request that decided the ending, in ms. */
  took: number;
  /** In ms since the phase began. */
  endedAt: number;
  /** Whether it used an open connection. Otherwise `took` includes the wait for a new one. */
  isConnected?: boolean;
  /** The error. */
  sample?: string;
}

/** The results at one rate of arrivals. Rates per second, times in ms. */
export interface Phase {
  offered: number;
  seconds: number;
  goodput: number;
  goodputByKind: Record<string, number>;
  refused: number;
  failed: number;
  servedP50: number;
  servedP99: number;
  refusedP99: number;
  /** Of refusals over an open connection. */
  refusedConnectedP99: number;
  /** Maximum resident memory of each process of the target, in MiB. */
  memory: Record<string, number>;
  /** Share of the time that processes were runnable but had no core: too few cores. */
  starved: number;
  /** Visits served, also late ones, per second of the target's processor time: independent of other processes. */
  perCpuSecond: number;
  samples: readonly string[];
}

/** The error of a visit that was served too late. */
export const LATE = 'late';
const ARRIVAL_INTERVAL_MS = 5;
const SAMPLE_INTERVAL_MS = 250;
/** Maximum number of concurrent visits; more mean that the target does not answer at all. */
const MAX_OPEN_VISITS = 5000;

/**
 * An open loop: visitors arrive at a constant rate, whether or not earlier ones were answered.
 * @param visit one visit @param sampled called every SAMPLE_INTERVAL_MS
 */
export async function runArrivals(
  rate: number,
  seconds: number,
  visit: () => Promise<Omit<Visit, 'endedAt'>>,
  sampled: () => void = () => {},
): Promise<Visit[]> {
  const visits: Visit[] = [];
  const open = new Set<Promise<void>>();
  const began = performance.now();
  const since = () => performance.now() - began;
  for (let made = 0, sampledAt = 0; since() < seconds * 1000; await delay(ARRIVAL_INTERVAL_MS)) {
    for (const due = Math.floor((rate * since()) / 1000); made < due; made++) {
      if (open.size >= MAX_OPEN_VISITS) {
        visits.push({ kind: 'any', ending: 'failed', took: 0, endedAt: since(), sample: 'too many visits under way' });
        continue;
      }
      const one = visit()
        .catch((error: Error) => ({ kind: 'any', ending: 'failed' as const, took: 0, sample: error.message }))
        .then((ended) => void visits.push({ ...ended, endedAt: since() }))
        .finally(() => open.delete(one));
      open.add(one);
    }
    if (since() - sampledAt < SAMPLE_INTERVAL_MS) continue;
    sampled();
    sampledAt = since();
  }
  await Promise.all(open);
  return visits;
}

/** Sums up the visits that ended within a span. @param from ms since the phase began, when the limits have settled */
export function phaseOf(
  visits: readonly Visit[],
  span: { offered: number; from: number; to: number },
  { cpuSeconds, ...machine }: Pick<Phase, 'memory' | 'starved'> & { cpuSeconds: number },
): Phase {
  const { offered, from, to } = span;
  const seconds = (to - from) / 1000;
  const within = visits.filter(({ endedAt }) => endedAt >= from && endedAt < to);
  const of = (ending: Ending) => within.filter((visit) => visit.ending === ending);
  const [served, refused, failed] = [of('served'), of('refused'), of('failed')];
  const times = (some: readonly Visit[]) => some.map(({ took }) => took);
  const byKind = Object.entries(Object.groupBy(served, ({ kind }) => kind));
  return {
    offered,
    seconds,
    goodput: served.length / seconds,
    goodputByKind: Object.fromEntries(byKind.map(([kind, some = []]) => [kind, some.length / seconds])),
    refused: refused.length / seconds,
    failed: failed.length / seconds,
    servedP50: percentile(times(served), 0.5),
    servedP99: percentile(times(served), 0.99),
    refusedP99: percentile(times(refused), 0.99),
    refusedConnectedP99: percentile(times(refused.filter(({ isConnected }) => isConnected)), 0.99),
    ...machine,
    perCpuSecond: visits.filter(({ ending, sample }) => ending === 'served' || sample === LATE).length / cpuSeconds,
    samples: [...new Set(failed.map(({ sample = '' }) => sample))].slice(0, 5),
  };
}
