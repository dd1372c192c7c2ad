import type { Decision } from '../../../mixins/store/changes.ts';
import { errors } from '../../shared/problems.ts';
import { change, refuseStale } from './edit.ts';
import type { Price, PriceChange, Product, Variant } from './product.ts';

const MOST = 100;

/**
 * Has a variant cost something else from some moment on.
 * @throws stale-version, not-found for the SKU, invalid-request for a moment that is past, limit-reached
 */
export function schedule(
  product: Readonly<Product>,
  planned: PriceChange,
  version: number | undefined,
  now: Date,
): Decision<Product> {
  refuseStale(product, version);
  if (!product.variants.some(({ sku }) => sku === planned.sku)) throw errors.notFound(`The SKU ${planned.sku}`);
  if (planned.at <= now) throw errors.invalidRequest([{ pointer: '/at', detail: 'Give a time that is to come.' }]);
  if (product.scheduled.length >= MOST) throw errors.limitReached(`A product may have ${MOST} prices to come.`);
  // Of two for the same moment the later one said holds: it stands behind, and is applied last.
  return change(product, listed([...product.scheduled, planned]), now);
}

/** Takes a price to come back. Again changes nothing. @throws stale-version */
export function unschedule(
  product: Readonly<Product>,
  id: string,
  version: number | undefined,
  now: Date,
): Decision<Product> {
  refuseStale(product, version);
  const left = product.scheduled.filter((planned) => planned.id !== id);
  return change(product, left.length < product.scheduled.length ? listed(left) : {}, now);
}

/** Puts the prices into force whose time has come: once, whoever does it and however late. */
export function applyDue(product: Readonly<Product>, now: Date): Decision<undefined> {
  const due = product.scheduled.filter(({ at }) => at <= now);
  if (due.length === 0) return { answer: undefined };
  let { variants } = product;
  for (const { sku, currency, price } of due) variants = priced(variants, sku, currency, price);
  const { patch = {} } = change(product, { variants, ...listed(product.scheduled.slice(due.length)) }, now);
  return { answer: undefined, patch };
}

const priced = (variants: Variant[], sku: string, currency: string, price: Price): Variant[] =>
  variants.map((variant) =>
    variant.sku === sku ? { ...variant, prices: { ...variant.prices, [currency]: price } } : variant,
  );

function listed(changes: readonly PriceChange[]): Pick<Product, 'scheduled' | 'nextPriceAt'> {
  const scheduled = changes.toSorted((a, b) => +a.at - +b.at);
  return { scheduled, nextPriceAt: scheduled[0]?.at ?? null };
}
