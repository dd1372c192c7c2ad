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
}

/** A run with its use of processor time; NaN if the system does not report it. */
export interface Measured extends Run {
  /** Microseconds for each of `count`, by process of the target. */
  cpu: Record<string, number>;
  /** Cores used by this process to generate the load. */
  generator: number;
  /** Cores used by other processes: noise. */
  others: number;
}

/** A target and its load: one line in the report. */
export interface Contender {
  name: string;
  run(seconds: number): Promise<Run>;
  /** Processes whose processor time is measured. */
  pids(): Pids;
}

export interface Workload {
  name: string;
  title: string;
  /** The first is the baseline of the others' ratios. */
  contenders: readonly Contender[];
  /** Releases resources. */
  done?(): Promise<void>;
}

/** Results of all rounds, by contender. */
export type Rounds = Map<string, Measured[]>;

/** Measures all contenders in turn in each round, so that noise affects all of them equally. */
export async function measure(
  { contenders }: Workload,
  { seconds, rounds }: { seconds: number; rounds: number },
  say: (text: string) => void,
): Promise<Rounds> {
  const results: Rounds = new Map(contenders.map(({ name }) => [name, []]));
  for (const { name, run } of contenders) {
    const { errors, samples = [] } = await run(seconds); // to warm up
    if (errors > 0) throw new Error(`${name} had ${errors} errors in its warm-up: ${samples.join('; ')}`);
  }
  for (let round = 1; round <= rounds; round++) {
    const rates: string[] = [];
    for (const contender of contenders) {
      const run = await withCpu(contender, seconds);
      results.get(contender.name)?.push(run);
      rates.push(`${contender.name} ${run.rate.toFixed(run.rate < 100 ? 1 : 0)}/s`);
    }
    say(`  round ${round}: ${rates.join(', ')}`);
  }
  return results;
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
