import type { Measured, Rounds, Workload } from './measure.ts';
import { medianOf, type Spread, spreadOf } from './statistics.ts';

/** What the rounds of one target came to. Times in ms, processor time in microseconds; NaN where there is none. */
export interface Row {
  workload: string;
  title: string;
  target: string;
  /** What the ratio is to; null for itself, and when there is none. */
  baseline: string | null;
  rate: Spread;
  /** Of each round's rate to the baseline's of the same round. */
  ratio: Spread | null;
  p50: number;
  p99: number;
  errors: number;
  /** For one request, by process; of an order, for the whole loop. */
  cpu: Readonly<Record<string, number>>;
  /** In cores. */
  generator: number;
  others: number;
  runs: readonly Measured[];
}

/** The targets that others are compared with. */
const BASELINES = ['bare', 'driver', 'spread', 'first', 'no past'];

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
      p99: medianOf(target.runs.map(({ p99 }) => p99)),
      cpu: looping.includes(target) ? {} : cpuOf(target.runs),
    })),
    ...looping.map((target) => ({
      workload: `${name}-loop`,
      title: `${title}, whole loop`,
      ...row(target, ({ loopRate }) => loopRate ?? Number.NaN),
      p50: Number.NaN,
      p99: Number.NaN,
      cpu: cpuOf(target.runs),
    })),
  ];
}

function cpuOf(runs: readonly Measured[]): Record<string, number> {
  const names = Object.keys(runs[0]?.cpu ?? {});
  return Object.fromEntries(names.map((name) => [name, medianOf(runs.map(({ cpu }) => cpu[name] ?? Number.NaN))]));
}

/** What is to be reached. */
const GOALS = [
  { workload: 'products', target: 'embedded', atLeast: 0.6 },
  { workload: 'products', target: 'cluster', atLeast: 0.6 },
  { workload: 'orders', target: 'cluster', atLeast: 0.4 },
  { workload: 'orders', target: 'single', atLeast: 0.4 },
  { workload: 'hot', target: 'hot', atLeast: 0.9 },
  // A replay that costs half as much is twice as fast.
  { workload: 'replays', target: 'replay', atLeast: 2 },
  { workload: 'history', target: '100,000 past', atLeast: 0.9 },
  { workload: 'reservations', target: 'hot', atLeast: 1 },
  { workload: 'reservations-killed', target: 'hot', atLeast: 1 },
] as const;

export interface Goal {
  workload: string;
  target: string;
  /** Of the ratio's median. */
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
