// npm run bench:overload: goodput at twice the rate that saturates the shop. Visitors arrive in an open loop, first at growing
// rates until the shop no longer serves all visits of some kind, then at twice that rate.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { readCatalogue, Shelf } from './load/catalogue.ts';
import { type Phase, phaseOf, runArrivals } from './load/open-loop.ts';
import { SHARES, Visitors } from './load/visitors.ts';
import { machineLine, thisMachine } from './report/machine.ts';
import { cpuSeconds, cpuSince, memoryOf, sumOf, waitedSeconds } from './targets/cpu.ts';
import { RunResources } from './targets/run-resources.ts';
import { startCluster, startEmbedded, type Target } from './targets/targets.ts';

const { values } = parseArgs({
  options: {
    shops: { type: 'string', default: 'embedded,cluster' },
    seconds: { type: 'string', default: '10' },
    out: { type: 'string', default: join(import.meta.dirname, 'results/overload.json') },
  },
});
/** Duration of the phase at twice the rate. */
const OVERLOAD_S = Number(values.seconds);
const STEP_S = 4;
/** The beginning of a phase is not measured, as the limits have to settle. */
const SETTLING_MS = 1000;
const FIRST_VISITS_PER_S = 50;
const RATE_GROWTH = 1.25;
const MAX_STEPS = 24;
/** A rate saturates the shop if less than this share of the visits of some kind is served. */
const SATURATION_SHARE = 0.9;
const RECOVERY_S = 8;
const CUSTOMERS = 1200;
/** Above this share of `starved`, other processes used the cores. */
const MAX_QUIET_STARVATION = 0.6;
/** The targets. */
const GOALS = { goodput: 0.8, refusedMs: 100, recoverySeconds: 5 };

interface Overload {
  shop: string;
  saturation: number;
  peak: Phase;
  twice: Phase;
  /** Goodput at twice the saturating rate / maximum goodput. */
  ratio: number;
  ratioOfOrders: number;
  /** Visits served per processor time at twice the rate / at the peak. */
  ratioPerCpu: number;
  /** Time from the end of the overload to the last unserved visit, while visitors arrive at a quarter of the rate. */
  recoverySeconds: number;
  /** Memory of all processes in MiB: before the load, and the maximum at twice the rate. */
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
    const visits = await runArrivals(rate, seconds, () => visitors.visit(), sampled);
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
    await run(FIRST_VISITS_PER_S, STEP_S); // to warm up
    let peak: Phase | undefined;
    let rate = FIRST_VISITS_PER_S;
    for (let step = 0; step < MAX_STEPS; step++, rate *= RATE_GROWTH) {
      const phase = await run(rate, STEP_S);
      console.error(`  ${phaseLine(phase)}`);
      if (!peak || phase.goodput > peak.goodput) peak = phase;
      if (isSaturated(phase)) break;
    }
    if (!peak) throw new Error('nothing was measured');
    const twice = await run(2 * rate, OVERLOAD_S);
    console.error(`  ${phaseLine(twice)}`);
    const after = await runArrivals(rate / 4, RECOVERY_S, () => visitors.visit());
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
  return Object.entries(SHARES).some(
    ([kind, share]) => (goodputByKind[kind] ?? 0) < SATURATION_SHARE * share * offered,
  );
}

function phaseLine({
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
      twice.starved > MAX_QUIET_STARVATION ? ': THE MACHINE WAS NOT QUIET, measure again' : ''
    }`,
    `  memory ${memoryBefore.toFixed(0)} MiB before, ${memoryAtMost.toFixed(0)} MiB at most; failed ${twice.failed.toFixed(1)}/s`,
  ].join('\n');
}

const machine = thisMachine();
console.error(machineLine(machine));
const resources = new RunResources();
try {
  const results: Overload[] = [];
  for (const shop of values.shops.split(',')) {
    // Cheap passwords, as registering is not measured.
    const cheap = { ARGON2_MEMORY: '8', ARGON2_PASSES: '1' };
    const folder = join(resources.folder, shop);
    const target = await resources.use(shop === 'cluster' ? startCluster(folder, cheap) : startEmbedded(folder, cheap));
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
  await resources.clear();
}
process.exit();
