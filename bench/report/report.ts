import { goalText, isMeasured, type Outcome, type RequestCost, valueText } from '../../scripts/docs/speed-figures.ts';
import { IN_FLIGHT } from '../load/measure.ts';
import type { Options } from '../options.ts';
import { type Machine, machineLine } from './machine.ts';
import { type Row, totalOf } from './rows.ts';
import { medianOf } from './statistics.ts';

/** The content of bench/results/latest.json. */
export interface BenchResult {
  command: string;
  machine: Machine;
  settings: Omit<Options, 'out'>;
  rows: readonly Row[];
  outcomes: readonly Outcome[];
  costs: readonly RequestCost[];
}

const TABLE_HEAD = [
  'workload',
  'target',
  'per second',
  '(min-max)',
  'ratio',
  '(min-max)',
  'p50 ms',
  'p95 ms',
  'p99 ms',
  'errors',
  'CPU us',
  'load gen',
  'others',
];

/** A line for each workload and target: medians, and the spread of the rounds. */
function tableOf(rows: readonly Row[]): string {
  const lines = rows.map(({ title, target, rate, ratio, baseline, p50, p95, p99, errors, cpu, ...row }, i) => [
    rows[i - 1]?.title === title ? '' : title,
    target,
    short(rate.median),
    `${short(rate.min)}-${short(rate.max)}`,
    ratio ? `${ratio.median.toFixed(2)} ${baseline}` : '',
    ratio ? `${ratio.min.toFixed(2)}-${ratio.max.toFixed(2)}` : '',
    short(p50),
    short(p95),
    short(p99),
    String(errors),
    short(totalOf(cpu)),
    percent(row.generator),
    percent(row.others),
  ]);
  const all = [TABLE_HEAD, ...lines];
  const widths = TABLE_HEAD.map((_, column) => Math.max(...all.map((line) => line[column]?.length ?? 0)));
  const pad = (cell: string, column: number) => {
    const width = widths[column] ?? 0;
    return column < 2 ? cell.padEnd(width) : cell.padStart(width);
  };
  return all.map((line) => line.map(pad).join('  ').trimEnd()).join('\n');
}

/** The goals with what was measured, and the example's figures beside them. */
function outcomeTable(outcomes: readonly Outcome[]): string {
  const lines = outcomes.map((outcome) => [
    outcome.what,
    goalText(outcome),
    isMeasured(outcome.value) ? valueText(outcome) : 'not measured',
    isMeasured(outcome.value) ? (outcome.isReached ? 'reached' : 'NOT REACHED') : '',
    outcome.detail ?? '',
    outcome.example ? `example ${outcome.example}` : '',
  ]);
  return aligned(lines);
}

/** The processor time of orders and cart updates by process. */
function costTable(costs: readonly RequestCost[]): string[] {
  if (costs.length === 0) return [];
  const lines = costs.map(({ target, request, cpuMs }) => [
    target,
    request,
    `${totalOf(cpuMs).toFixed(1)} ms`,
    Object.entries(cpuMs)
      .map(([kind, ms]) => `${kind} ${ms.toFixed(2)}`)
      .join(', '),
  ]);
  return [
    'processor time of an order with all that follows, of the two cart updates before it, and of both:',
    aligned(lines),
    '',
  ];
}

function aligned(lines: readonly string[][]): string {
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const pad = (cell: string, column: number) => cell.padEnd(widths[column] ?? 0);
  return lines.map((line) => `  ${line.map(pad).join('  ')}`.trimEnd()).join('\n');
}

/** Explanations of the table. */
const NOTES = [
  `${IN_FLIGHT} requests in flight; medians of the rounds; each ratio is to the baseline's run of the same round.`,
  'bare: a node:http server that answers the same bytes (for a cart update, those of such a cart) from memory.',
  `driver: a script on the cluster's MongoDB, ${IN_FLIGHT} orders in flight: insert, two parallel updates, one compare-and-set.`,
  `order placement: ${IN_FLIGHT} customers / mean time of POST /v1/orders (two lines each). Whole loop: with the two cart`,
  '  updates before it, and the wait until the last order has left the cart. Behind an answer, the shop still writes',
  '  what follows (stock sold, cart emptied, order settled), which competes with the next ones. The embedded shop',
  '  stores in NeDB files without fsync, which is another engine than that of the driver.',
  'CPU us: processor time of the target for a request, its MongoDB and NATS with it; of an order, for the whole loop; of',
  "  the driver, MongoDB's alone.",
  'load gen: of one core, what making the load took (of the driver: the script itself). Near 100 % it limits the faster',
  '  target, and the ratios are better than they should be. Others: what the rest of the machine was doing meanwhile.',
];

const short = (value: number): string =>
  Number.isNaN(value) ? '' : value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);

const percent = (cores: number): string => (Number.isNaN(cores) ? '' : `${(cores * 100).toFixed(0)} %`);

/** In cores. */
const MAX_QUIET_CORES = 0.2;

/** A warning if other processes used the cores, which affects the target with the most processes most. */
function noise(rows: readonly Row[]): string[] {
  const most = Math.max(0, ...rows.map(({ others }) => others || 0));
  if (most < MAX_QUIET_CORES) return [];
  return [
    `THE MACHINE WAS NOT QUIET: others took up to ${percent(most)} of a core. Measure again before relying on this.`,
    '',
  ];
}

/** The whole report as text. */
export function report({ command, machine, rows, outcomes, costs }: BenchResult): string {
  return [
    '',
    tableOf(rows.filter(({ rate }) => !Number.isNaN(rate.median))),
    '',
    ...notes(rows),
    ...byProcess(rows),
    ...underWay(rows),
    ...NOTES,
    '',
    ...figures(rows),
    ...costTable(costs),
    'to be reached:',
    outcomeTable(outcomes),
    '',
    ...noise(rows),
    machineLine(machine),
    command,
  ].join('\n');
}

/** The notes of each last round. */
function notes(rows: readonly Row[]): string[] {
  const lines = rows.flatMap(({ title, runs }) => (runs.at(-1)?.notes ?? []).map((note) => `  ${title}: ${note}`));
  return lines.length > 0 ? [...lines, ''] : [];
}

/** Results that are no rates. */
function figures(rows: readonly Row[]): string[] {
  const lines = rows.flatMap(({ title, target, figures }) => {
    const found = Object.entries(figures).map(([name, value]) => `${name} ${short(value)}`);
    return found.length > 0 ? [`  ${title}, ${target}: ${found.join(', ')}`] : [];
  });
  return lines.length > 0
    ? ['further figures (memory in MB, commands and messages of one request):', ...lines, '']
    : [];
}

/** Processor time by process, for targets with several processes. */
function byProcess(rows: readonly Row[]): string[] {
  const lines = rows.flatMap(({ title, target, cpu }) => {
    const parts = Object.entries(cpu).filter(([, spent]) => spent >= 0.5);
    const shown = parts.sort(([, a], [, b]) => b - a).map(([name, spent]) => `${name} ${short(spent)}`);
    return parts.length > 1 ? [`  ${title}, ${target}: ${shown.join(', ')}`] : [];
  });
  return lines.length > 0 ? ['CPU us by process:', ...lines, ''] : [];
}

/** The mean number of concurrent placements; `rate` assumes that all customers place orders all the time. */
function underWay(rows: readonly Row[]): string[] {
  const loops = rows.filter(({ workload }) => workload === 'orders-loop');
  const each = loops.map(
    ({ target, runs }) => `${target} ${medianOf(runs.map(({ inFlight = Number.NaN }) => inFlight)).toFixed(1)}`,
  );
  return each.length > 0 ? [`placements under way on average, of ${IN_FLIGHT}: ${each.join(', ')}.`, ''] : [];
}
