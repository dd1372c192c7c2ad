import { cpuSeconds, cpuSince, machineSeconds, type Pids, sumOf } from '../targets/cpu.ts';

/** Concurrent requests, each of its own connection or customer. */
export const IN_FLIGHT = 16;

/** The result of one run of a contender. */
export interface Run {
  /** Completed requests, orders or others per second. */
  rate: number;
  /** Latency of one request, in ms. */
  p50: number;
  /** NaN or missing if it is meaningless. */
  p95?: number;
  p99: number;
  /** Completed requests or orders. */
  count: number;
  errors: number;
  /** Some of the errors. */
  samples?: readonly string[];
  /** Further results as text. */
  notes?: readonly string[];
  /** For orders: rate including the time between placements. */
  loopRate?: number;
  /** For orders: mean number of concurrent placements. */
  inFlight?: number;
  /** Further results by name, such as memory or numbers of commands. */
  figures?: Readonly<Record<string, number>>;
}

/** A run with its use of processor time; NaN if the system does not report it. */
export interface Measured extends Run {
  /** Microseconds for each of `count`, by process of the target. At rest, `count` are seconds. */
  cpu: Record<string, number>;
  /** Cores used by this process to generate the load. */
  generator: number;
  /** Cores used by other processes: noise. */
  others: number;
}

/** A target and its load: one line in the report. */
export interface Contender {
  name: string;
  /** Called before its warm-up. */
  prepare?(): Promise<void>;
  run(seconds: number): Promise<Run>;
  /** Processes whose processor time is measured. */
  pids(): Pids;
}

export interface Workload {
  name: string;
  title: string;
  /** The first is the baseline of the others' ratios. */
  contenders: readonly Contender[];
  /**
   * `rounds` (the default): all contenders in turn in each round, so that noise affects all of them equally. `one after the
   * other`: all runs of one before those of the next, which changes the target. `once`: one run of each, not warmed up.
   */
  order?: 'rounds' | 'one after the other' | 'once';
  /** Releases resources. */
  done?(): Promise<void>;
}

/** Results of all rounds, by contender. */
export type Rounds = Map<string, Measured[]>;

/** Measures all contenders of a workload. */
export async function measure(
  { contenders, order = 'rounds' }: Workload,
  { seconds, rounds }: { seconds: number; rounds: number },
  say: (text: string) => void,
): Promise<Rounds> {
  const results: Rounds = new Map(contenders.map(({ name }) => [name, []]));
  const groups = order === 'one after the other' ? contenders.map((one) => [one]) : [contenders];
  for (const group of groups) {
    for (const contender of group) {
      await contender.prepare?.();
      if (order !== 'once') await warmUp(contender, seconds);
    }
    for (let round = 1; round <= (order === 'once' ? 1 : rounds); round++) {
      const said: string[] = [];
      for (const contender of group) {
        const run = await withCpu(contender, seconds);
        results.get(contender.name)?.push(run);
        said.push(`${contender.name} ${summaryOf(run)}`);
      }
      say(`  round ${round}: ${said.join(', ')}`);
    }
  }
  return results;
}

async function warmUp({ name, run }: Contender, seconds: number): Promise<void> {
  const { errors, samples = [] } = await run(seconds);
  if (errors > 0) throw new Error(`${name} had ${errors} errors in its warm-up: ${samples.join('; ')}`);
}

function summaryOf({ rate, figures = {} }: Run): string {
  if (!Number.isNaN(rate)) return `${rate.toFixed(rate < 100 ? 1 : 0)}/s`;
  return Object.entries(figures)
    .map(([name, value]) => `${name} ${value.toFixed(2)}`)
    .join(' ');
}

async function withCpu({ run, pids }: Contender, seconds: number): Promise<Measured> {
  const [began, own, before, machine] = [performance.now(), process.cpuUsage(), cpuSeconds(pids()), machineSeconds()];
  const done = await run(seconds);
  const { user, system } = process.cpuUsage(own);
  const [wall, load] = [(performance.now() - began) / 1000, (user + system) / 1e6];
  const used = cpuSince(before, pids());
  const others = machineSeconds() - machine - load - sumOf(Object.values(used));
  const cpu = Object.fromEntries(Object.entries(used).map(([name, spent]) => [name, (spent * 1e6) / done.count]));
  return { ...done, cpu, generator: load / wall, others: Math.max(0, others / wall) };
}
