import { isMeasured, type Outcome } from '../../scripts/docs/speed-figures.ts';
import { costOf } from './costs.ts';
import { EXAMPLE } from './example.ts';
import { type Row, rowOf, totalOf } from './rows.ts';

interface Goal extends Pick<Outcome, 'what' | 'unit' | 'atLeast' | 'atMost' | 'example'> {
  /** Undefined or NaN: not measured. */
  readValue(rows: readonly Row[]): number | undefined;
  readDetail?(rows: readonly Row[]): string | undefined;
}

type Reader = Pick<Goal, 'readValue'>;

const ratio = (workload: string, target: string): Reader & Pick<Goal, 'readDetail'> => ({
  readValue: (rows) => rowOf(rows, workload, target)?.ratio?.median,
  readDetail(rows) {
    const row = rowOf(rows, workload, target);
    return row && `${row.rate.median.toFixed(0)}/s`;
  },
});
const rate = (workload: string, target: string): Reader => ({
  readValue: (rows) => rowOf(rows, workload, target)?.rate.median,
});
const figure = (workload: string, target: string, name: string): Reader => ({
  readValue: (rows) => rowOf(rows, workload, target)?.figures[name],
});
const orderCpu = (target: string): Reader & Pick<Goal, 'readDetail'> => ({
  readValue: (rows) => totalOf(costOf(rows, target, 'order')),
  readDetail(rows) {
    const both = totalOf(costOf(rows, target, 'both'));
    return Number.isNaN(both) ? undefined : `${both.toFixed(1)} ms with its two cart updates`;
  },
});

const IN_STREAM = '16 in flight';
const NODE = /^(api|customer|product|shopping)-/;

/** All goals, in the order of the report. Ratios are to the baseline of the same run. */
const GOALS: readonly Goal[] = [
  { what: 'product by id, embedded, to bare', ...ratio('products', 'embedded'), unit: '', atLeast: 0.65 },
  {
    ...{ what: 'product by id, cluster, to bare', ...ratio('products', 'cluster'), unit: '', atLeast: 0.7 },
    example: `${EXAMPLE.productsPerS}/s`,
  },
  { what: 'list of 20, embedded, to bare', ...ratio('lists', 'embedded'), unit: '', atLeast: 0.65 },
  {
    ...{ what: 'list of 20, cluster, to bare', ...ratio('lists', 'cluster'), unit: '', atLeast: 0.7 },
    example: `${EXAMPLE.listsPerS}/s`,
  },
  {
    ...{ what: 'login, cluster', ...rate('login', 'cluster'), unit: '/s', atLeast: EXAMPLE.loginsPerS },
    example: `${EXAMPLE.loginsPerS}/s`,
  },
  {
    ...{ what: 'cart update, cluster', ...rate('cart', 'cluster'), unit: '/s', atLeast: 600 },
    example: `${EXAMPLE.cartUpdatesPerS}/s`,
  },
  {
    ...{ what: "cart update, cluster, to the example's", unit: '', atLeast: 3 },
    readValue: (rows) => (rowOf(rows, 'cart', 'cluster')?.rate.median ?? Number.NaN) / EXAMPLE.cartUpdatesPerS,
  },
  { what: 'cart update: database commands', ...figure('counts', IN_STREAM, 'cartCommands'), unit: '', atMost: 2 },
  { what: 'cart update: NATS messages', ...figure('counts', IN_STREAM, 'cartMessages'), unit: '', atMost: 4 },
  {
    ...{ what: 'order, cluster, to the driver', ...ratio('orders', 'cluster'), unit: '', atLeast: 0.6 },
    example: `${EXAMPLE.ordersPerS}/s`,
  },
  { what: 'order, one process on MongoDB, to the driver', ...ratio('orders', 'single'), unit: '', atLeast: 0.7 },
  { what: 'order, embedded, to the driver', ...ratio('orders', 'embedded'), unit: '', atLeast: 0.7 },
  { what: 'order, cluster: processor time of all processes', ...orderCpu('cluster'), unit: 'ms', atMost: 9 },
  { what: 'order, one process on MongoDB: processor time', ...orderCpu('single'), unit: 'ms', atMost: 4 },
  { what: 'order, embedded: processor time', ...orderCpu('embedded'), unit: 'ms', atMost: 4 },
  {
    ...{ what: 'order, cluster, p50', unit: 'ms', atMost: 40 },
    readValue: (rows) => rowOf(rows, 'orders', 'cluster')?.p50,
  },
  { what: 'order: write commands', ...figure('counts', IN_STREAM, 'orderWriteCommands'), unit: '', atMost: 6 },
  { what: 'order: read commands', ...figure('counts', IN_STREAM, 'orderReadCommands'), unit: '', atMost: 3 },
  { what: 'order: NATS messages', ...figure('counts', IN_STREAM, 'orderMessages'), unit: '', atMost: 10 },
  {
    ...{ what: 'order with 8 product and 8 shopping nodes: processor time, to 2 and 2', unit: '', atMost: 1.15 },
    readValue: (rows) => totalOf(cpuOf(rows, 'nodes-loop', '8 and 8')) / totalOf(cpuOf(rows, 'nodes-loop', '2 and 2')),
  },
  {
    ...{ what: 'at rest: the busiest node, of a core', unit: '%', atMost: 1 },
    readValue(rows) {
      const nodes = Object.entries(cpuOf(rows, 'rest', 'cluster')).filter(([name]) => NODE.test(name));
      // Microseconds a second.
      return nodes.length > 0 ? Math.max(...nodes.map(([, spent]) => spent)) / 10_000 : undefined;
    },
  },
  {
    ...{ what: 'at rest: database commands of a node', ...figure('counts', 'at rest', 'commandsPerNode') },
    ...{ unit: '/s', atMost: 2 },
  },
  {
    ...{ what: 'memory after 5,000 orders, embedded', ...figure('memory', 'embedded', 'afterOrdersMb') },
    ...{ unit: 'MB', atMost: 250, example: `${EXAMPLE.memoryMb} MB in six processes` },
  },
  {
    ...{ what: '… growth with 2,500 more', ...figure('memory', 'embedded', 'growthMb'), unit: 'MB', atMost: 10 },
  },
  {
    ...{ what: 'memory after 5,000 orders, one process on MongoDB', ...figure('memory', 'single', 'afterOrdersMb') },
    ...{ unit: 'MB', atMost: 250 },
  },
  {
    ...{ what: 'memory after 5,000 orders, the largest node', ...figure('memory', 'node', 'afterOrdersMb') },
    ...{ unit: 'MB', atMost: 130 },
  },
  {
    ...{ what: 'memory of 100,000 products', ...figure('projection', 'product node', 'memoryMb') },
    ...{ unit: 'MB', atMost: 250 },
  },
  {
    what: 'projection of 100,000 products, ready',
    ...figure('projection', 'product node', 'readyS'),
    unit: 's',
    atMost: 15,
  },
  { what: 'production install: packages', ...figure('install', 'production', 'packages'), unit: '', atMost: 200 },
  { what: 'production install without Node', ...figure('install', 'production', 'installMb'), unit: 'MB', atMost: 130 },
  {
    ...{ what: 'first answer of an existing shop', unit: 's', atMost: 1.5 },
    readValue: (rows) => (rowOf(rows, 'start', 'sample')?.p50 ?? Number.NaN) / 1000,
  },
  { what: 'orders of one SKU, to spread', ...ratio('hot', 'hot'), unit: '', atLeast: 0.9 },
  { what: 'replay of an order, to a first one', ...ratio('replays', 'replay'), unit: '', atLeast: 2 },
  { what: 'orders after 100,000 others, to none', ...ratio('history', '100,000 past'), unit: '', atLeast: 0.9 },
  {
    ...{ what: 'search with facets, 100,000 products, one at a time, p95', unit: 'ms', atMost: 60 },
    readValue: (rows) => rowOf(rows, 'search', 'one at a time')?.p95,
  },
  { what: 'import of new products', ...rate('import', 'new'), unit: '/s', atLeast: 2000 },
];

const cpuOf = (rows: readonly Row[], workload: string, target: string): Row['cpu'] =>
  rowOf(rows, workload, target)?.cpu ?? {};

export function outcomesOf(rows: readonly Row[]): Outcome[] {
  return GOALS.map(({ readValue, readDetail, ...goal }) => {
    const [value, detail] = [readValue(rows), readDetail?.(rows)];
    const isReached =
      isMeasured(value) &&
      value >= (goal.atLeast ?? Number.NEGATIVE_INFINITY) &&
      value <= (goal.atMost ?? Number.POSITIVE_INFINITY);
    return { ...goal, ...(isMeasured(value) ? { value } : {}), ...(detail ? { detail } : {}), isReached };
  });
}
