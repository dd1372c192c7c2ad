import type { Measured, Rounds, Workload } from '../load/measure.ts';
import { sumOf } from '../targets/cpu.ts';
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
  /** Processor time of a request by process; for an order, of the whole loop; at rest, of a second. */
  cpu: Readonly<Record<string, number>>;
  /** In cores. */
  generator: number;
  others: number;
  /** Further medians by name. */
  figures: Readonly<Record<string, number>>;
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
      figures: medians(runs.map(({ figures }) => figures ?? {})),
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

const cpuOf = (runs: readonly Measured[]): Record<string, number> => medians(runs.map(({ cpu }) => cpu));

/** The median of each name that the first has. */
function medians(values: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const names = Object.keys(values[0] ?? {});
  return Object.fromEntries(names.map((name) => [name, medianOf(values.map((one) => one[name] ?? Number.NaN))]));
}

export const rowOf = (rows: readonly Row[], workload: string, target: string): Row | undefined =>
  rows.find((row) => row.workload === workload && row.target === target);

/** NaN without values. */
export function totalOf(cpu: Row['cpu']): number {
  const parts = Object.values(cpu);
  return parts.length > 0 ? sumOf(parts) : Number.NaN;
}
