import type { Decision } from '../../../mixins/store/changes.ts';
import { errors } from '../../shared/problems.ts';
import { changeFields, refuseStale } from './edit.ts';
import type { Price, PriceChange, Product, Variant } from './product.ts';

const MAX_SCHEDULED_PRICES = 100;

/**
 * Schedules a price of a variant.
 * @throws stale-version, not-found for the SKU, invalid-request for a past time, limit-reached
 */
export function schedulePrice(
  product: Readonly<Product>,
  planned: PriceChange,
  version: number | undefined,
  now: Date,
): Decision<Product> {
  refuseStale(product, version);
  if (!product.variants.some(({ sku }) => sku === planned.sku)) throw errors.notFound(`The SKU ${planned.sku}`);
  if (planned.at <= now) throw errors.invalidField('/at', 'The time must be in the future.');
  if (product.scheduled.length >= MAX_SCHEDULED_PRICES)
    throw errors.limitReached(`A product may have at most ${MAX_SCHEDULED_PRICES} scheduled prices.`);
  // For the same time, the price that was scheduled later wins: the sort is stable, so it is applied last.
  return changeFields(product, withSchedule([...product.scheduled, planned]), now);
}

/** Cancels a scheduled price; idempotent. @throws stale-version */
export function unschedulePrice(
  product: Readonly<Product>,
  id: string,
  version: number | undefined,
  now: Date,
): Decision<Product> {
  refuseStale(product, version);
  const remaining = product.scheduled.filter((planned) => planned.id !== id);
  return changeFields(product, remaining.length < product.scheduled.length ? withSchedule(remaining) : {}, now);
}

/** Applies the scheduled prices that are due. Each is applied once, on any node and at any later time. */
export function applyDuePrices(product: Readonly<Product>, now: Date): Decision<undefined> {
  const due = product.scheduled.filter(({ at }) => at <= now);
  if (due.length === 0) return { answer: undefined };
  let { variants } = product;
  for (const { sku, currency, price } of due) variants = withPrice(variants, sku, currency, price);
  const { patch = {} } = changeFields(product, { variants, ...withSchedule(product.scheduled.slice(due.length)) }, now);
  return { answer: undefined, patch };
}

const withPrice = (variants: Variant[], sku: string, currency: string, price: Price): Variant[] =>
  variants.map((variant) =>
    variant.sku === sku ? { ...variant, prices: { ...variant.prices, [currency]: price } } : variant,
  );

function withSchedule(changes: readonly PriceChange[]): Pick<Product, 'scheduled' | 'nextPriceAt'> {
  const scheduled = changes.toSorted((a, b) => +a.at - +b.at);
  return { scheduled, nextPriceAt: scheduled[0]?.at ?? null };
}
