import { join } from 'node:path';
import { parseArgs } from 'node:util';

export const WORKLOADS = [
  'products',
  'lists',
  'cart',
  'orders',
  'counts',
  'nodes',
  'rest',
  'memory',
  'hot',
  'replays',
  'history',
  'reservations',
  'reservations-killed',
  'list-flat',
  'search',
  'projection',
  'import',
  // It brings a gateway to its limits, which then take a while to rise.
  'login',
  'export',
  'start',
  'install',
] as const;
export type WorkloadName = (typeof WORKLOADS)[number];

/** Those without a goal are run when `--only` names them. */
const ON_DEMAND: readonly WorkloadName[] = ['reservations', 'reservations-killed', 'list-flat', 'export'];

export const SHOPS = ['embedded', 'cluster', 'single'] as const;
export type ShopName = (typeof SHOPS)[number];

export interface Options {
  /** Duration of each run and warm-up. */
  seconds: number;
  rounds: number;
  /** Before memory is measured. */
  orders: number;
  only: readonly WorkloadName[];
  shops: readonly ShopName[];
  /** The file for the results. */
  out: string;
}

export const USAGE = `npm run bench -- [options]
  --seconds N   of each measurement (3)
  --rounds N    of each workload (3)
  --orders N    before memory is measured (5000); fewer than that are no outcome
  --only LIST   of ${WORKLOADS.join(', ')} (all but ${ON_DEMAND.join(', ')})
  --shops LIST  of ${SHOPS.join(', ')} (all)
  --out FILE    for the results (bench/results/latest.json)`;

/** @throws {Error} for an invalid command line */
export function readOptions(args?: string[]): Options {
  const { values } = parseArgs({
    ...(args ? { args } : {}),
    options: {
      seconds: { type: 'string', default: '3' },
      rounds: { type: 'string', default: '3' },
      orders: { type: 'string', default: '5000' },
      only: { type: 'string', default: WORKLOADS.filter((name) => !ON_DEMAND.includes(name)).join() },
      shops: { type: 'string', default: SHOPS.join() },
      out: { type: 'string', default: join(import.meta.dirname, 'results/latest.json') },
    },
  });
  return {
    seconds: wholeNumber('seconds', values.seconds),
    rounds: wholeNumber('rounds', values.rounds),
    orders: wholeNumber('orders', values.orders),
    only: someOf('only', WORKLOADS, values.only),
    shops: someOf('shops', SHOPS, values.shops),
    out: values.out,
  };
}

function wholeNumber(option: string, text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new Error(`--${option} must be a whole number, but is ${text}`);
  return number;
}

function someOf<T extends string>(option: string, known: readonly T[], text: string): T[] {
  const wanted = text.split(',').map((name) => name.trim());
  const unknown = wanted.find((name) => !known.some((one) => one === name));
  if (unknown !== undefined)
    throw new Error(`--${option} must be a list of ${known.join(', ')}, but has ${unknown || 'nothing'}`);
  return known.filter((one) => wanted.includes(one));
}
