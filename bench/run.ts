// npm run bench: the speed of the shop, as ratios to minimal programs that do the same, measured in the same run.
import { mkdirSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { readCatalogue, Shelf } from './load/catalogue.ts';
import { measure, type Workload } from './load/measure.ts';
import { type Options, readOptions, USAGE } from './options.ts';
import { costsOf } from './report/costs.ts';
import { outcomesOf } from './report/goals.ts';
import { type Machine, machineLine, thisMachine } from './report/machine.ts';
import { type BenchResult, report } from './report/report.ts';
import { type Row, rowsOf } from './report/rows.ts';
import { idleLine } from './targets/cpu.ts';
import { RunResources } from './targets/run-resources.ts';
import { startBare, startCluster, startEmbedded, startSingle } from './targets/targets.ts';
import type { BenchSetup } from './workloads/setup.ts';
import { workloads } from './workloads/workloads.ts';

const say = (text: string) => console.error(text);

async function main(options: Options, resources: RunResources): Promise<boolean> {
  const machine = thisMachine();
  say(machineLine(machine));
  const setup = await start(options, resources);
  const targets = [setup.bare, ...setup.shops];
  const sayOutputs = () => {
    for (const { name, output } of targets) say(`${name} said:\n${output().slice(-3000)}`);
  };
  try {
    say(`up: ${targets.map(({ name }) => name).join(', ')}; of one core, at rest: ${await idleLine(targets)}`);
    const rows: Row[] = [];
    const failures: string[] = [];
    for (const name of options.only) {
      try {
        rows.push(...(await rowsIn(await workloads[name](setup), options)));
        save(resultOf(rows, machine, options), options); // an interrupted run keeps what it has
      } catch (error) {
        // The others took minutes, and stand.
        say(`ERROR: ${name}: ${(error as Error).stack}`);
        failures.push(name);
      }
    }

    console.info(report(resultOf(rows, machine, options)));

    const wrong = rows.flatMap(({ runs }) => runs).filter(({ errors }) => errors > 0);
    for (const sample of new Set(wrong.flatMap(({ samples = [] }) => samples))) say(`ERROR: ${sample}`);
    if (failures.length > 0) say(`FAILED: ${failures.join(', ')}`);
    const isFine = wrong.length === 0 && failures.length === 0;
    if (!isFine) sayOutputs();
    return isFine;
  } catch (error) {
    sayOutputs();
    throw error;
  }
}

function resultOf(rows: readonly Row[], machine: Machine, { out: _, ...settings }: Options): BenchResult {
  const args = process.argv.slice(2);
  const told = args.filter((arg, n) => !arg.startsWith('--out') && args[n - 1] !== '--out');
  const command = ['npm run bench', ...(told.length > 0 ? ['--', ...told] : [])].join(' ');
  return { command, machine, settings, rows, outcomes: outcomesOf(rows), costs: costsOf(rows) };
}

function save(result: BenchResult, { out }: Options): void {
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, `${JSON.stringify(result, rounded, 2)}\n`);
}

async function start({ shops: wanted, rounds, orders }: Options, resources: RunResources): Promise<BenchSetup> {
  const bare = await resources.use(startBare());
  const folder = (name: string) => join(resources.folder, name);
  const embedded = wanted.includes('embedded') ? await resources.use(startEmbedded(folder('embedded'))) : undefined;
  const cluster = wanted.includes('cluster') ? await resources.use(startCluster(folder('cluster'))) : undefined;
  const withSingle = wanted.includes('single') && cluster;
  const single = withSingle ? await resources.use(startSingle('single', folder('single'), cluster)) : undefined;
  const shops = [embedded, cluster, single].filter((shop) => shop !== undefined);
  const [first] = shops;
  if (!first) throw new Error('there is no shop to measure');
  const catalogue = await readCatalogue(first.url);
  const shelves = new Map(shops.map(({ name }) => [name, new Shelf(catalogue.stock)]));
  return { bare, shops, cluster, single, resources, rounds, orders, catalogue, shelves };
}

async function rowsIn(workload: Workload, options: Options): Promise<Row[]> {
  say(workload.title);
  try {
    return rowsOf(workload, await measure(workload, options, say));
  } finally {
    await workload.done?.();
  }
}

const rounded = (_: string, value: unknown) =>
  typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;

let options: Options;
try {
  options = readOptions();
} catch (error) {
  say(`${(error as Error).message}\n\n${USAGE}`);
  process.exit(2);
}
const resources = new RunResources();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => void resources.clear().finally(() => process.exit(128 + constants.signals[signal])));
}
try {
  if (!(await main(options, resources))) process.exitCode = 1;
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  await resources.clear();
}
process.exit();
