import type { RequestCost } from '../../scripts/docs/speed-figures.ts';
import { type Row, rowOf } from './rows.ts';

/**
 * Processor time of an order, of the two cart updates before it, and of both. Orders are measured with their cart updates;
 * these are measured alone too, and what remains is the order with all that follows it.
 */

const SHOPS = ['embedded', 'single', 'cluster'];
const REQUESTS = ['order', 'two cart updates', 'both'] as const;
const CART_UPDATES_PER_ORDER = 2;

/** Ms by kind of process; empty if it was not measured. */
export function costOf(rows: readonly Row[], target: string, request: RequestCost['request']): RequestCost['cpuMs'] {
  const both = byKind(rowOf(rows, 'orders-loop', target)?.cpu ?? {});
  if (request === 'both') return both;
  const cartUpdates = mapValues(
    byKind(rowOf(rows, 'cart', target)?.cpu ?? {}),
    (cpuMs) => CART_UPDATES_PER_ORDER * cpuMs,
  );
  if (request === 'two cart updates') return cartUpdates;
  if (Object.keys(cartUpdates).length === 0) return {};
  return mapValues(both, (cpuMs, kind) => cpuMs - (cartUpdates[kind] ?? 0));
}

/** All that were measured. */
export function costsOf(rows: readonly Row[]): RequestCost[] {
  return SHOPS.flatMap((target) =>
    REQUESTS.map((request) => ({ target, request, cpuMs: costOf(rows, target, request) })),
  ).filter(({ cpuMs }) => Object.keys(cpuMs).length > 0);
}

/** Adds up the processes of a kind, such as product-1 and product-2. @param cpu in microseconds by process */
function byKind(cpu: Row['cpu']): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const [name, spent] of Object.entries(cpu)) {
    const [kind = name] = name.split('-');
    sums[kind] = (sums[kind] ?? 0) + spent / 1000;
  }
  return sums;
}

const mapValues = (values: Record<string, number>, change: (value: number, name: string) => number) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value, name)]));
