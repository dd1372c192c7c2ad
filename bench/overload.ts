// npm run bench:overload: what the shop does at twice the rate that saturates it. Visitors arrive whether or not earlier
// ones have been answered; first at a growing rate until the shop serves no more of one kind of them, then at twice that rate.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { readCatalogue, Shelf } from './catalogue.ts';
import { cpuSeconds, cpuSince, memoryOf, sumOf, waitedSeconds } from './cpu.ts';
import { machineLine, thisMachine } from './machine.ts';
import { arrivals, type Phase, phaseOf } from './open-loop.ts';
import { Stage } from './stage.ts';
import { startCluster, startEmbedded, type Target } from './targets.ts';
import { SHARES, Visitors } from './visitors.ts';

const { values } = parseArgs({
  options: {
    shops: { type: 'string', default: 'embedded,cluster' },
    seconds: { type: 'string', default: '10' },
    out: { type: 'string', default: join(import.meta.dirname, 'results/overload.json') },
  },
});
/** Of the phase at twice the rate. */
const OVERLOAD_S = Number(values.seconds);
const STEP_S = 4;
/** At the beginning of a phase, not measured: the limits settle. In ms. */
const SETTLING_MS = 1000;
const FIRST_RATE = 50;
const GROWTH = 1.25;
const MOST_STEPS = 24;
/** A rate saturates when less than this of it, or of its visits of one kind, is served. */
const SATURATED = 0.9;
const RECOVERY_S = 8;
const CUSTOMERS = 1200;
/** Shop and load share the cores; above this, others took them. */
const QUIET = 0.6;
/** What is to be reached. */
const GOALS = { goodput: 0.8, refusedMs: 100, recoverySeconds: 5 };

interface Overload {
  shop: string;
  saturation: number;
  peak: Phase;
  twice: Phase;
  /** Goodput at twice the saturating rate to the highest. */
  ratio: number;
  ratioOfOrders: number;
  /** Visits served by processor time at twice the rate to those at the peak. */
  ratioPerCpu: number;
  /** From the end of the load until the last visit that was not served, in s; visitors go on to arrive at a quarter of the rate. */
  recoverySeconds: number;
  /** Of all processes together, in MiB: before the load, and at its highest at twice the rate. */
  memoryBefore: number;
  memoryAtMost: number;
}

async function measure(target: Target): Promise<Overload> {
  const catalogue = await readCatalogue(target.url);
  const visitors = new Visitors(target.url, new Shelf(catalogue.stock));
  await visitors.register(CUSTOMERS);
  const memoryBefore = sumOf(Object.values(memoryOf(target.pids())));
  const run = async (rate: number, seconds: number): Promise<Phase> => {
    const all = { ...target.pids(), load: process.pid };
    const [ran, waited] = [cpuSeconds(all), waitedSeconds(all)];
    const memory: Record<string, number> = {};
    const sampled = () => {
      for (const [name, mib] of Object.entries(memoryOf(target.pids())))
        memory[name] = Math.max(memory[name] ?? 0, mib);
    };
    const visits = await arrivals(rate, seconds, () => visitors.visit(), sampled);
    const used = cpuSince(ran, all);
    const usedSeconds = sumOf(Object.values(used));
    const queuedSeconds = sumOf(Object.entries(waitedSeconds(all)).map(([name, now]) => now - (waited[name] ?? 0)));
    const span = { offered: rate, from: SETTLING_MS, to: seconds * 1000 };
    return phaseOf(visits, span, {
      memory,
      starved: queuedSeconds / (queuedSeconds + usedSeconds),
      cpuSeconds: usedSeconds - (used.load ?? 0),
    });
  };
  try {
    await run(FIRST_RATE, STEP_S); // to warm up
    let peak: Phase | undefined;
    let rate = FIRST_RATE;
    for (let step = 0; step < MOST_STEPS; step++, rate *= GROWTH) {
      const phase = await run(rate, STEP_S);
      console.error(`  ${line(phase)}`);
      if (!peak || phase.goodput > peak.goodput) peak = phase;
      if (isSaturated(phase)) break;
    }
    if (!peak) throw new Error('nothing was measured');
    const twice = await run(2 * rate, OVERLOAD_S);
    console.error(`  ${line(twice)}`);
    const after = await arrivals(rate / 4, RECOVERY_S, () => visitors.visit());
    const unserved = after.filter(({ ending }) => ending !== 'served').map(({ endedAt }) => endedAt);
    return {
      shop: target.name,
      saturation: rate,
      peak,
      twice,
      ratio: twice.goodput / peak.goodput,
      ratioOfOrders: (twice.goodputByKind.order ?? 0) / (peak.goodputByKind.order ?? Number.NaN),
      ratioPerCpu: twice.perCpuSecond / peak.perCpuSecond,
      recoverySeconds: Math.max(0, ...unserved) / 1000,
      memoryBefore,
      memoryAtMost: sumOf(Object.values(twice.memory)),
    };
  } finally {
    visitors.close();
  }
}

function isSaturated({ offered, goodputByKind }: Phase): boolean {
  return Object.entries(SHARES).some(([kind, share]) => (goodputByKind[kind] ?? 0) < SATURATED * share * offered);
}

function line({
  offered,
  goodput,
  refused,
  failed,
  servedP50,
  servedP99,
  refusedP99,
  refusedConnectedP99,
  samples,
  starved,
  perCpuSecond,
}: Phase): string {
  const one = (value: number) => value.toFixed(0);
  return [
    `${one(offered)}/s: ${one(goodput)} served (p50 ${one(servedP50)} ms, p99 ${one(servedP99)} ms)`,
    `${one(refused)} refused (p99 ${one(refusedP99)} ms, of those connected ${one(refusedConnectedP99)} ms), ${one(failed)} failed ${samples[0] ?? ''}`,
    `${one(perCpuSecond)} by CPU second, without a core ${one(100 * starved)} %`,
  ].join(', ');
}

function report(found: Overload): string {
  const {
    shop,
    saturation,
    peak,
    twice,
    ratio,
    ratioOfOrders,
    ratioPerCpu,
    recoverySeconds,
    memoryBefore,
    memoryAtMost,
  } = found;
  const judged = (text: string, isReached: boolean) => `  ${text}: ${isReached ? 'reached' : 'NOT REACHED'}`;
  return [
    `${shop}: saturated at ${saturation.toFixed(0)} visits/s, peak ${peak.goodput.toFixed(0)}/s; at twice the rate:`,
    judged(
      `goodput ${twice.goodput.toFixed(0)}/s, ${ratio.toFixed(2)} of the peak (>= ${GOALS.goodput})`,
      ratio >= GOALS.goodput,
    ),
    judged(`of orders alone ${ratioOfOrders.toFixed(2)} (>= ${GOALS.goodput})`, ratioOfOrders >= GOALS.goodput),
    judged(
      `refusals p99 ${twice.refusedP99.toFixed(0)} ms, of those connected ${twice.refusedConnectedP99.toFixed(0)} ms (<= ${GOALS.refusedMs})`,
      twice.refusedP99 <= GOALS.refusedMs,
    ),
    judged(
      `recovery ${recoverySeconds.toFixed(1)} s (<= ${GOALS.recoverySeconds})`,
      recoverySeconds <= GOALS.recoverySeconds,
    ),
    `  served by processor time: ${ratioPerCpu.toFixed(2)} of the peak`,
    `  of the time that they wanted a core, shop and load had none for ${(100 * twice.starved).toFixed(0)} %${
      twice.starved > QUIET ? ': THE MACHINE WAS NOT QUIET, measure again' : ''
    }`,
    `  memory ${memoryBefore.toFixed(0)} MiB before, ${memoryAtMost.toFixed(0)} MiB at most; failed ${twice.failed.toFixed(1)}/s`,
  ].join('\n');
}

const machine = thisMachine();
console.error(machineLine(machine));
const stage = new Stage();
try {
  const results: Overload[] = [];
  for (const shop of values.shops.split(',')) {
    // Registering so many customers is not what is measured.
    const cheap = { ARGON2_MEMORY: '8', ARGON2_PASSES: '1' };
    const folder = join(stage.folder, shop);
    const target = await stage.use(shop === 'cluster' ? startCluster(folder, cheap) : startEmbedded(folder, cheap));
    console.error(shop);
    try {
      results.push(await measure(target));
    } catch (error) {
      console.error(target.output());
      throw error;
    }
    await target.stop();
  }
  for (const found of results) console.info(report(found));
  mkdirSync(dirname(values.out), { recursive: true });
  const rounded = (_: string, value: unknown) =>
    typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
  writeFileSync(values.out, `${JSON.stringify({ machine, goals: GOALS, results }, rounded, 2)}\n`);
} finally {
  await stage.clear();
}
process.exit();
