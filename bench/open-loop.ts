import { setTimeout as delay } from 'node:timers/promises';
import { percentile } from './statistics.ts';

/** How a visit ended: served; refused with 503 and Retry-After; failed in any other way, too late included. */
export type Ending = 'served' | 'refused' | 'failed';

export interface Visit {
  kind: string;
  ending: Ending;
  /** In ms, of the request that decided it. */
  took: number;
  /** In ms since the phase began. */
  endedAt: number;
  /** It came over a connection that was there; what others wait until the target takes their connection is part of `took`. */
  isConnected?: boolean;
  /** What was wrong. */
  sample?: string;
}

/** What so many arrivals a second came to. Rates per second, times in ms. */
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
  /** Of those whose connection was there. */
  refusedConnectedP99: number;
  /** Resident memory of each process of the target at its highest, in MiB. */
  memory: Record<string, number>;
  /** Of the time that the processes wanted a core, the part that they had none: what the machine was short of. */
  starved: number;
  /** Visits served, late ones too, by processor time of the target, in seconds: what a busy machine does not distort. */
  perCpuSecond: number;
  samples: readonly string[];
}

/** What is wrong with a visit that was served too late to be of use. */
export const LATE = 'late';
/** Arrivals are made this often, and samples taken, in ms. */
const TICK = 5;
const SAMPLING = 250;
/** Visits under way at most; more means that the target no longer answers at all. */
const MOST_OPEN = 5000;

/**
 * Visitors arrive at a rate, whether or not earlier ones have been answered: what a closed loop of waiting clients
 * never does.
 * @param visit one visitor's visit @param sampled called now and then while it lasts
 */
export async function arrivals(
  rate: number,
  seconds: number,
  visit: () => Promise<Omit<Visit, 'endedAt'>>,
  sampled: () => void = () => {},
): Promise<Visit[]> {
  const visits: Visit[] = [];
  const open = new Set<Promise<void>>();
  const began = performance.now();
  const since = () => performance.now() - began;
  for (let made = 0, sampledAt = 0; since() < seconds * 1000; await delay(TICK)) {
    for (const due = Math.floor((rate * since()) / 1000); made < due; made++) {
      if (open.size >= MOST_OPEN) {
        visits.push({ kind: 'any', ending: 'failed', took: 0, endedAt: since(), sample: 'too many visits under way' });
        continue;
      }
      const one = visit()
        .catch((error: Error) => ({ kind: 'any', ending: 'failed' as const, took: 0, sample: error.message }))
        .then((ended) => void visits.push({ ...ended, endedAt: since() }))
        .finally(() => open.delete(one));
      open.add(one);
    }
    if (since() - sampledAt < SAMPLING) continue;
    sampled();
    sampledAt = since();
  }
  await Promise.all(open);
  return visits;
}

/** @param from ms since the phase began: what was before was for the limits to settle */
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
