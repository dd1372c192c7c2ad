import { insertBlock, tableHead, tableRow } from './marked-block.ts';
import { isMeasured, type RequestCost, type SpeedFigures, shortNumber } from './speed-figures.ts';
import { originOf } from './speed-table.ts';

/** The tables of docs/scaling.md that follow from measured costs. */

const COMMAND = 'npm run docs:speed';
const ORDERS_PER_S = [100, 1000, 10_000];
/** Share of a core that is planned with; the rest is for peaks and for a node that is lost. */
const PLANNED_LOAD = 0.6;
/** In the order of a request. */
const KINDS = ['api', 'shopping', 'product', 'customer', 'nats', 'mongo'];

/** Inserts all tables between their marks. @throws when a mark is missing */
export function insertScaling(page: string, figures: SpeedFigures): string {
  const withCosts = insertBlock(page, { name: 'costs', command: COMMAND }, costTable(figures));
  return insertBlock(withCosts, { name: 'cores', command: COMMAND }, coreTable(figures));
}

/** Processor time of an order in the cluster by kind of process. */
function costTable(figures: SpeedFigures): string {
  const rows = clusterCosts(figures).map(({ request, cpuMs }) =>
    tableRow(request, ...KINDS.map((kind) => shortNumber(cpuMs[kind] ?? 0)), shortNumber(totalMs(cpuMs))),
  );
  return [tableHead('processor time, ms', ...KINDS, 'all'), ...rows, '', originOf(figures)].join('\n');
}

/** Cores by kind of process for some rates of orders with their cart updates. */
function coreTable(figures: SpeedFigures): string {
  const both = clusterCosts(figures).find(({ request }) => request === 'both')?.cpuMs ?? {};
  const rows = ORDERS_PER_S.map((rate) => {
    const cores = KINDS.map((kind) => ((both[kind] ?? 0) * rate) / 1000 / PLANNED_LOAD);
    return tableRow(shortNumber(rate), ...cores.map((count) => shortNumber(Math.ceil(count * 10) / 10)));
  });
  return [tableHead('orders/s', ...KINDS.map((kind) => `cores for ${kind}`)), ...rows].join('\n');
}

const clusterCosts = ({ costs }: SpeedFigures): RequestCost[] => costs.filter(({ target }) => target === 'cluster');

const totalMs = (cpuMs: RequestCost['cpuMs']): number =>
  Object.values(cpuMs)
    .filter(isMeasured)
    .reduce((sum, ms) => sum + ms, 0);
