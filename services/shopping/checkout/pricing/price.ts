import { type Money, multiplyMoney, sumAmounts, sumMoney } from '../../../shared/money.ts';
import { discountsOn } from './discounts.ts';
import { allocate } from './round.ts';
import type { CouponTerms, PricingRules } from './rules.ts';
import { chooseShipping, type Parcel } from './shipping.ts';
import { rateFor, STANDARD_TAX_CLASS, taxOf } from './tax.ts';

/** A quantity of a SKU with its current price. */
export interface PricedLine {
  sku: string;
  productId: string;
  title: string;
  variant: string;
  category: string;
  /** The tax class, such as `standard`. */
  taxClass: string;
  /** The weight of one piece, in grams. */
  weight: number;
  quantity: number;
  unitPrice: Money;
}

/** `rate` in basis points. */
interface Tax {
  rate: number;
  amount: Money;
}

/** A line with its discount, tax and total. Lines of orders from before tax classes have none. */
interface ChargedLine extends Omit<PricedLine, 'taxClass'> {
  taxClass?: string;
  lineTotal: Money;
  discount: Money;
  tax: Tax;
  total: Money;
}

/** The totals of a cart or an order, with all their parts, in one currency. */
export interface Priced {
  lines: ChargedLine[];
  shipping: { method: string; title: string; price: Money; discount: Money; tax: Tax; total: Money };
  discounts: { code: string; kind: CouponTerms['kind']; amount: Money }[];
  /** The taxes by rate. `base` is the taxed amount, which contains the tax if prices do. */
  taxes: { rate: number; base: Money; amount: Money }[];
  totals: Totals;
}

/** total = subtotal - discount + shipping, and + tax unless it is included. */
interface Totals {
  quantity: number;
  subtotal: Money;
  discount: Money;
  shipping: Money;
  tax: Money;
  total: Money;
  taxIncluded: boolean;
}

/** The input of `priceLines`. */
export interface PricingInput {
  lines: readonly PricedLine[];
  /** The country of the address, ISO 3166-1 alpha-2. */
  country: string;
  shippingMethod?: string | undefined;
  coupons: readonly CouponTerms[];
  rules: PricingRules;
  currency: string;
}

/**
 * Prices lines for an address. Discounts are allotted to the lines by largest remainder; tax is computed on each
 * discounted line and on the shipping, and rounded half up there only: every sum adds up
 * rounded parts, so that the lines and the shipping add up to the total exactly. Nothing is ever negative.
 * @throws coupon-refused, no-shipping, total-too-high; {RangeError} for a line in another currency
 */
export function priceLines({ lines, country, shippingMethod, coupons, rules, currency }: PricingInput): Priced {
  const money = (amount: number): Money => ({ amount, currency });
  const lineTotals = lines.map((line) => multiplyMoney(line.unitPrice, line.quantity));
  const goods = lineTotals.map(({ amount }) => amount);
  const { amount: subtotal } = sumMoney(lineTotals, currency);
  const discounts = discountsOn(money(subtotal), coupons);
  const discount = sumAmounts(discounts.map(({ amount }) => amount));
  const shares = allocate(discount, goods);
  const taxed = (amount: number, rate: number) => {
    const tax = taxOf(amount, rate, rules.taxIncluded);
    return { base: amount, rate, tax, total: rules.taxIncluded ? amount : amount + tax };
  };

  const charged = lines.map((line, i) =>
    taxed((goods[i] ?? 0) - (shares[i] ?? 0), rateFor(rules, country, line.taxClass)),
  );
  const { rule, price: fee } = chooseShipping(rules, parcelOf(lines, country, subtotal - discount), shippingMethod);
  const isFree = discounts.some(({ kind }) => kind === 'free-shipping');
  const shipped = taxed(isFree ? 0 : fee, rateFor(rules, country, STANDARD_TAX_CLASS));
  const parts = [...charged, shipped];

  return {
    lines: lines.map((line, i) => ({
      ...line,
      lineTotal: money(goods[i] ?? 0),
      discount: money(shares[i] ?? 0),
      tax: { rate: charged[i]?.rate ?? 0, amount: money(charged[i]?.tax ?? 0) },
      total: money(charged[i]?.total ?? 0),
    })),
    shipping: {
      method: rule.id,
      title: rule.title,
      price: money(fee),
      discount: money(fee - shipped.base),
      tax: { rate: shipped.rate, amount: money(shipped.tax) },
      total: money(shipped.total),
    },
    discounts: discounts.map(({ code, kind, amount }) => ({
      code,
      kind,
      amount: money(kind === 'free-shipping' ? fee : amount),
    })),
    taxes: sumByRate(parts).map(({ rate, base, tax }) => ({ rate, base: money(base), amount: money(tax) })),
    totals: {
      quantity: sumAmounts(lines.map((line) => line.quantity)),
      subtotal: money(subtotal),
      discount: money(discount),
      shipping: money(shipped.base),
      tax: money(sumAmounts(parts.map(({ tax }) => tax))),
      total: money(sumAmounts(parts.map(({ total }) => total))),
      taxIncluded: rules.taxIncluded,
    },
  };
}

/** The parcel of lines to a country. @param total of the goods after discounts, in minor units */
export function parcelOf(
  lines: readonly Pick<PricedLine, 'weight' | 'quantity'>[],
  country: string,
  total: number,
): Parcel {
  return { country, total, weight: sumAmounts(lines.map(({ weight, quantity }) => weight * quantity)) };
}

/** Adds up the parts of a total by tax rate, the highest first, without those that are free of tax. */
function sumByRate(parts: readonly { rate: number; base: number; tax: number }[]) {
  const rates = [...new Set(parts.map(({ rate }) => rate))].filter((rate) => rate > 0).sort((a, b) => b - a);
  return rates.map((rate) => {
    const same = parts.filter((part) => part.rate === rate);
    return { rate, base: sumAmounts(same.map(({ base }) => base)), tax: sumAmounts(same.map(({ tax }) => tax)) };
  });
}
