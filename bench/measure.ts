import { cpuSeconds, cpuSince, machineSeconds, type Pids, sumOf } from './cpu.ts';

/** Requests under way at any time, from as many connections or customers. */
export const IN_FLIGHT = 16;

/** What a target did in some seconds. */
export interface Run {
  /** What was measured, per second. */
  rate: number;
  /** Of one request, in ms. */
  p50: number;
  /** NaN, or left out, where it says nothing. */
  p95?: number;
  p99: number;
  /** Requests, or orders, that were answered. */
  count: number;
  errors: number;
  /** What those were, a few of them. */
  samples?: readonly string[];
  /** What else there is to say of it, for people. */
  notes?: readonly string[];
  /** Orders only: per second, with the time between placements too. */
  loopRate?: number;
  /** Orders only: placements under way at a time, on average. */
  inFlight?: number;
}

/** A run, and what its processor time went into. NaN where the system does not tell. */
export interface Measured extends Run {
  /** By process of the target, in microseconds for each of `count`. */
  cpu: Record<string, number>;
  /** The share of one core that this process took to make the load. */
  generator: number;
  /** What neither of the two took of the machine, in cores: the noise. */
  others: number;
}

/** Something to be measured. */
export interface Contender {
  name: string;
  run(seconds: number): Promise<Run>;
  /** Whose processor time is measured. */
  pids(): Pids;
}

export interface Workload {
  name: string;
  title: string;
  /** The first is the baseline, which the others' ratios are to. */
  contenders: readonly Contender[];
  /** Gives back what it needed. */
  done?(): Promise<void>;
}

/** The rounds of each contender, by its name. */
export type Rounds = Map<string, Measured[]>;

/** All contenders in turn, again and again, so that what else the machine does meets all of them alike. */
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
