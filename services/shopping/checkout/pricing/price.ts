import { type Money, multiplyMoney, sumAmounts, sumMoney } from '../../../shared/money.ts';
import { discountsOn } from './discounts.ts';
import { allocate } from './round.ts';
import type { CouponTerms, PricingRules } from './rules.ts';
import { chooseShipping, NO_SHIPPING, type Parcel } from './shipping.ts';
import { rateFor, STANDARD_TAX_CLASS, shippingParts, type TaxedPart, taxParts } from './tax.ts';
import type { Destination } from './zone.ts';

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
  /** False for digital goods and services. Absent on lines from before there were any: they are shipped. */
  requiresShipping?: boolean | undefined;
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
  shipping: ChargedShipping;
  discounts: { code: string; kind: CouponTerms['kind']; amount: Money }[];
  /** The taxes by rate. `base` is the taxed amount, which contains the tax if prices do. */
  taxes: TaxTotal[];
  totals: Totals;
}

/** The taxed amount of a rate and its tax. */
interface TaxTotal {
  rate: number;
  base: Money;
  amount: Money;
}

/** The shipping of an order. The method of an order without goods to ship is `none`, and costs nothing. */
interface ChargedShipping {
  method: string;
  title: string;
  price: Money;
  discount: Money;
  tax: Tax;
  /** Its parts by rate, if it has several: then `tax` has their highest rate and their sum. */
  taxes?: TaxTotal[];
  total: Money;
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
export interface PricingInput extends Destination {
  lines: readonly PricedLine[];
  shippingMethod?: string | undefined;
  coupons: readonly CouponTerms[];
  rules: PricingRules;
  currency: string;
}

/**
 * Prices lines for a destination. Discounts are allotted to the lines by largest remainder; tax is computed on the
 * discounted lines and on the shipping, and rounded half up there only, by line or by rate (`taxParts`): every sum adds
 * up rounded parts, so that the lines and the shipping add up to the total exactly. Nothing is ever negative.
 * @throws coupon-refused, no-shipping, total-too-high; {RangeError} for a line in another currency
 */
export function priceLines(input: PricingInput): Priced {
  const { lines, coupons, rules, currency, shippingMethod } = input;
  const money = (amount: number): Money => ({ amount, currency });
  const lineTotals = lines.map((line) => multiplyMoney(line.unitPrice, line.quantity));
  const goods = lineTotals.map(({ amount }) => amount);
  const { amount: subtotal } = sumMoney(lineTotals, currency);
  const discounts = discountsOn(money(subtotal), coupons);
  const discount = sumAmounts(discounts.map(({ amount }) => amount));
  const shares = allocate(discount, goods);
  const rateOf = (taxClass: string) => rateFor(rules, input, taxClass);

  const taxedLines = lines.map(({ taxClass }, i) => ({
    base: (goods[i] ?? 0) - (shares[i] ?? 0),
    rate: rateOf(taxClass),
  }));
  const shippedLines = taxedLines.filter((_, i) => lines[i] && isShipped(lines[i]));
  const chosen = chooseMethod(
    input,
    parcelOf(
      lines,
      input,
      taxedLines.map(({ base }) => base),
    ),
    shippingMethod,
  );
  const isFree = discounts.some(({ kind }) => kind === 'free-shipping');
  const fee = isFree ? 0 : chosen.price;
  const isNothingShipped = shippedLines.length === 0;
  const taxedShipping = isNothingShipped
    ? [{ base: 0, rate: 0 }]
    : shippingParts(fee, shippedLines, rateOf(STANDARD_TAX_CLASS), rules);
  const parts = chargeParts([...taxedLines, ...taxedShipping], rules);
  const [charged, shipped] = [parts.slice(0, lines.length), parts.slice(lines.length)];

  return {
    lines: lines.map((line, i) => ({
      ...line,
      lineTotal: money(goods[i] ?? 0),
      discount: money(shares[i] ?? 0),
      tax: { rate: charged[i]?.rate ?? 0, amount: money(charged[i]?.tax ?? 0) },
      total: money(charged[i]?.total ?? 0),
    })),
    shipping: {
      method: chosen.id,
      title: chosen.title,
      price: money(chosen.price),
      discount: money(chosen.price - fee),
      tax: {
        rate: Math.max(...shipped.map(({ rate }) => rate)),
        amount: money(sumAmounts(shipped.map(({ tax }) => tax))),
      },
      ...(shipped.length > 1 ? { taxes: taxTotals(shipped, money) } : {}),
      total: money(sumAmounts(shipped.map(({ total }) => total))),
    },
    discounts: discounts.map(({ code, kind, amount }) => ({
      code,
      kind,
      amount: money(kind === 'free-shipping' ? chosen.price : amount),
    })),
    taxes: taxTotals(sumByRate(parts), money),
    totals: {
      quantity: sumAmounts(lines.map((line) => line.quantity)),
      subtotal: money(subtotal),
      discount: money(discount),
      shipping: money(fee),
      tax: money(sumAmounts(parts.map(({ tax }) => tax))),
      total: money(sumAmounts(parts.map(({ total }) => total))),
      taxIncluded: rules.taxIncluded,
    },
  };
}

/** Whether goods are sent to an address; digital goods and services are not. */
export const isShipped = ({ requiresShipping }: Pick<PricedLine, 'requiresShipping'>): boolean =>
  requiresShipping !== false;

/** The parcel of the goods that are shipped. @param amounts of the lines after discounts, in minor units */
export function parcelOf(
  lines: readonly Pick<PricedLine, 'weight' | 'quantity' | 'requiresShipping'>[],
  { country, region, postcode }: Destination,
  amounts: readonly number[],
): Parcel {
  return {
    to: { country, region, postcode },
    total: sumAmounts(lines.map((line, i) => (isShipped(line) ? (amounts[i] ?? 0) : 0))),
    weight: sumAmounts(lines.map((line) => (isShipped(line) ? line.weight * line.quantity : 0))),
  };
}

/** The shipping method and its price; `none` for lines without goods to ship, whatever was chosen. */
function chooseMethod({ lines, rules }: PricingInput, parcel: Parcel, method: string | undefined) {
  if (!lines.some(isShipped)) return { id: NO_SHIPPING, title: 'Nothing is shipped', price: 0 };
  const { rule, price } = chooseShipping(rules, parcel, method);
  return { id: rule.id, title: rule.title, price };
}

interface ChargedPart extends TaxedPart {
  tax: number;
  total: number;
}

/** The parts with their tax and their total. */
function chargeParts(parts: readonly TaxedPart[], rules: PricingRules): ChargedPart[] {
  const taxes = taxParts(parts, rules);
  return parts.map((part, i) => {
    const tax = taxes[i] ?? 0;
    return { ...part, tax, total: rules.taxIncluded ? part.base : part.base + tax };
  });
}

const taxTotals = (parts: readonly Omit<ChargedPart, 'total'>[], money: (amount: number) => Money): TaxTotal[] =>
  parts.map(({ rate, base, tax }) => ({ rate, base: money(base), amount: money(tax) }));

/** Adds up the parts of a total by tax rate, the highest first, without those that are free of tax. */
function sumByRate(parts: readonly Omit<ChargedPart, 'total'>[]) {
  const rates = [...new Set(parts.map(({ rate }) => rate))].filter((rate) => rate > 0).sort((a, b) => b - a);
  return rates.map((rate) => {
    const same = parts.filter((part) => part.rate === rate);
    return { rate, base: sumAmounts(same.map(({ base }) => base)), tax: sumAmounts(same.map(({ tax }) => tax)) };
  });
}
