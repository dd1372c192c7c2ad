import type { Measured, Rounds, Workload } from '../load/measure.ts';
import { medianOf, type Spread, spreadOf } from './statistics.ts';

/** The results of one target over all rounds. Times in ms, processor time in microseconds; NaN if unknown. */
export interface Row {
  workload: string;
  title: string;
  target: string;
  /** The baseline of the ratio; null for the baseline itself, and without one. */
  baseline: string | null;
  rate: Spread;
  /** Rate / the baseline's rate in the same round. */
  ratio: Spread | null;
  p50: number;
  p95: number;
  p99: number;
  errors: number;
  /** Processor time of a request by process; for an order, of the whole loop. */
  cpu: Readonly<Record<string, number>>;
  /** In cores. */
  generator: number;
  others: number;
  runs: readonly Measured[];
}

/** Contenders that are baselines. */
const BASELINES = ['bare', 'driver', 'spread', 'first', 'no past', '1,000 products'];

export function rowsOf({ name, title, contenders }: Workload, rounds: Rounds): Row[] {
  const targets = contenders.map(({ name }) => ({ name, runs: rounds.get(name) ?? [] }));
  const [first] = targets;
  const baseline = first && BASELINES.includes(first.name) ? first : undefined;
  const row = (target: (typeof targets)[number], rateOf: (run: Measured) => number) => {
    const { name, runs } = target;
    const ratios = runs.map((run, i) => rateOf(run) / (baseline?.runs[i]?.rate ?? Number.NaN));
    const compared = baseline !== undefined && baseline !== target;
    return {
      target: name,
      baseline: compared ? baseline.name : null,
      rate: spreadOf(runs.map(rateOf)),
      ratio: compared ? spreadOf(ratios) : null,
      errors: runs.reduce((sum, { errors }) => sum + errors, 0),
      generator: medianOf(runs.map(({ generator }) => generator)),
      others: medianOf(runs.map(({ others }) => others)),
      runs,
    };
  };
  const looping = targets.filter(({ runs }) => runs.some(({ loopRate }) => loopRate !== undefined));
  return [
    ...targets.map((target) => ({
      workload: name,
      title,
      ...row(target, ({ rate }) => rate),
      p50: medianOf(target.runs.map(({ p50 }) => p50)),
      p95: medianOf(target.runs.map(({ p95 = Number.NaN }) => p95)),
      p99: medianOf(target.runs.map(({ p99 }) => p99)),
      cpu: looping.includes(target) ? {} : cpuOf(target.runs),
    })),
    ...looping.map((target) => ({
      workload: `${name}-loop`,
      title: `${title}, whole loop`,
      ...row(target, ({ loopRate }) => loopRate ?? Number.NaN),
      p50: Number.NaN,
      p95: Number.NaN,
      p99: Number.NaN,
      cpu: cpuOf(target.runs),
    })),
  ];
}

function cpuOf(runs: readonly Measured[]): Record<string, number> {
  const names = Object.keys(runs[0]?.cpu ?? {});
  return Object.fromEntries(names.map((name) => [name, medianOf(runs.map(({ cpu }) => cpu[name] ?? Number.NaN))]));
}

/** The targets. */
const GOALS = [
  { workload: 'products', target: 'embedded', atLeast: 0.6 },
  { workload: 'products', target: 'cluster', atLeast: 0.6 },
  { workload: 'orders', target: 'cluster', atLeast: 0.4 },
  { workload: 'orders', target: 'single', atLeast: 0.4 },
  { workload: 'hot', target: 'hot', atLeast: 0.9 },
  // A replay should take at most half the time.
  { workload: 'replays', target: 'replay', atLeast: 2 },
  { workload: 'history', target: '100,000 past', atLeast: 0.9 },
  { workload: 'reservations', target: 'hot', atLeast: 1 },
  { workload: 'reservations-killed', target: 'hot', atLeast: 1 },
  { workload: 'list-flat', target: '100,000 products', atLeast: 0.5 },
] as const;

export interface Goal {
  workload: string;
  target: string;
  /** Lower bound of the median ratio. */
  atLeast: number;
  /** Undefined: not measured. */
  median: number | undefined;
  reached: boolean;
}

export function goalsOf(rows: readonly Row[]): Goal[] {
  return GOALS.map((goal) => {
    const row = rows.find(({ workload, target }) => workload === goal.workload && target === goal.target);
    const median = row?.ratio?.median;
    return { ...goal, median, reached: median !== undefined && median >= goal.atLeast };
  });
}
