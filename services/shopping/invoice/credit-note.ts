import type { Store } from '../../../mixins/store/store.ts';
import { type Money, sumAmounts } from '../../shared/money.ts';
import { allocate, proportion } from '../checkout/pricing/round.ts';
import type { InvoiceOrder } from './invoice.ts';
import { type Issuer, issueDocument, type NumberedDocument } from './numbering.ts';

/** A part of a credited amount, and the tax in it. `rate` in basis points; `gross` contains the tax. */
export interface CreditedTax {
  rate: number;
  gross: Money;
  tax: Money;
}

/** Goods that a credit note is for. */
interface CreditedItem {
  sku: string;
  quantity: number;
}

/** A part of a credited amount that belongs to a line of the order. */
export interface CreditedLine {
  title: string;
  variant: string;
  sku: string;
  quantity?: number;
  /** In basis points. */
  rate: number;
  amount: Money;
}

/** The document that corrects an invoice by a refund. Like the invoice, it never changes. */
export interface CreditNote extends NumberedDocument {
  /** Unique: a refund has one credit note. */
  refundId: string;
  /**
   * Its number among those of its order, from 1 on. Unique with `orderId`, so that each one takes the earlier ones into
   * account.
   */
  nth: number;
  invoice: { number: string; issuedAt: Date };
  order: Pick<InvoiceOrder, 'id' | 'number' | 'customerId' | 'billingAddress' | 'destination' | 'isReverseCharge'>;
  isCancellation: boolean;
  /** Returned goods. Empty for a refund without a return. */
  items: { title: string; variant: string; sku: string; quantity: number }[];
  /** The credited amounts by line. Absent on credit notes from before refunds had lines. */
  lines?: CreditedLine[];
  /** The credited amount for the delivery. Present together with `lines`. */
  shipping?: Money;
  amount: Money;
  taxes: CreditedTax[];
}

/** The input of a new credit note. */
export interface CreditRequest {
  refundId: string;
  amount: Money;
  isCancellation: boolean;
  items: readonly CreditedItem[];
  /** The parts of the amount by line, in minor units. Default: it is spread over all. */
  lines?: readonly { sku: string; quantity?: number | undefined; amount: number }[] | undefined;
  /** The part of the amount for the delivery, in minor units. */
  shipping?: number | undefined;
  /** The invoice that it corrects. */
  invoice: { number: string; issuedAt: string; order: InvoiceOrder };
}

/**
 * The taxes in a credited amount, by rate. Refunded lines have known rates. An amount without lines is split in
 * proportion to the rest of each rate that is not credited yet (largest remainder method). The tax in a part is the
 * same share of the rest of the tax, rounded half up: so credits never exceed the invoice, and those of a whole order
 * add up to its taxes exactly.
 * @param before the taxes of the order's earlier credit notes
 */
export function creditedTaxes(
  order: InvoiceOrder,
  before: readonly CreditedTax[],
  { amount, lines, shipping = 0 }: Pick<CreditRequest, 'amount' | 'lines' | 'shipping'>,
): CreditedTax[] {
  const ofDelivery = deliveryParts(order);
  const parts = [
    ...order.lines.map(({ tax, total }) => ({ rate: tax.rate, tax: tax.amount.amount, gross: total.amount })),
    ...ofDelivery,
  ];
  const rates = [...new Set(parts.map(({ rate }) => rate))].sort((a, b) => b - a);
  const remainders = rates.map((rate) => {
    const invoiced = parts.filter((part) => part.rate === rate);
    const credited = before.filter((part) => part.rate === rate);
    return {
      rate,
      gross: sumAmounts(invoiced.map((part) => part.gross)) - sumAmounts(credited.map((part) => part.gross.amount)),
      tax: sumAmounts(invoiced.map((part) => part.tax)) - sumAmounts(credited.map((part) => part.tax.amount)),
    };
  });
  const rateOf = (sku: string) => order.lines.find((line) => line.sku === sku)?.tax.rate;
  const shares = allocate(
    shipping,
    ofDelivery.map((part) => part.gross),
  );
  const shippingByRate = new Map(ofDelivery.map(({ rate }, index) => [rate, shares[index] ?? 0]));
  // Credit notes from before refunds had lines may have taken more of a rate than its lines were refunded.
  const byLines = remainders.map(({ rate, gross }) => {
    const ofLines = (lines ?? []).filter((line) => rateOf(line.sku) === rate).map((line) => line.amount);
    return Math.min(gross, sumAmounts([...ofLines, shippingByRate.get(rate) ?? 0]));
  });
  const rest = allocate(
    amount.amount - sumAmounts(byLines),
    remainders.map(({ gross }, index) => gross - (byLines[index] ?? 0)),
  );
  return remainders.flatMap(({ rate, gross, tax }, index) => {
    const share = (byLines[index] ?? 0) + (rest[index] ?? 0);
    if (share === 0) return [];
    const part = { ...amount, amount: share };
    return [{ rate, gross: part, tax: { ...amount, amount: proportion(tax, share, gross) } }];
  });
}

/** The delivery by tax rate. */
function deliveryParts({ shipping, totals }: InvoiceOrder): { rate: number; tax: number; gross: number }[] {
  const { tax, taxes, total } = shipping;
  if (!taxes) return [{ rate: tax.rate, tax: tax.amount.amount, gross: total.amount }];
  return taxes.map(({ rate, base, amount }) => ({
    rate,
    tax: amount.amount,
    gross: totals.taxIncluded ? base.amount : base.amount + amount.amount,
  }));
}

type CreditNoteStore = Pick<Store<CreditNote>, 'insert' | 'find' | 'findOne'>;

/** Issues the credit note of a refund, once for each refund. */
export function issueCreditNote(
  { refundId, amount, isCancellation, items, lines, shipping, invoice: { number, issuedAt, order } }: CreditRequest,
  issuer: Issuer,
  now: Date,
  notes: CreditNoteStore,
): Promise<CreditNote> {
  const findIssued = () => notes.findOne({ refundId });
  return issueDocument('CN-', issuer, now, notes, findIssued, async (header): Promise<Omit<CreditNote, 'rev'>> => {
    const earlier = await notes.find({ orderId: order.id }, { sort: { nth: 1 } });
    const before = earlier.flatMap(({ taxes }) => taxes);
    const credited = items.flatMap(({ sku, quantity }) => {
      const line = order.lines.find((one) => one.sku === sku);
      return line ? [{ title: line.title, variant: line.variant, sku, quantity }] : [];
    });
    return {
      ...header,
      refundId,
      orderId: order.id,
      nth: earlier.length + 1,
      invoice: { number, issuedAt: new Date(issuedAt) },
      order: {
        id: order.id,
        number: order.number,
        customerId: order.customerId,
        ...(order.billingAddress ? { billingAddress: order.billingAddress } : {}),
        ...(order.destination ? { destination: order.destination } : {}),
        ...(order.isReverseCharge ? { isReverseCharge: true } : {}),
      },
      isCancellation,
      items: credited,
      ...(lines ? { lines: lines.flatMap((line) => creditedLines(order, line, amount)) } : {}),
      ...(lines ? { shipping: { ...amount, amount: shipping ?? 0 } } : {}),
      amount,
      taxes: creditedTaxes(order, before, { amount, lines, shipping }),
    };
  });
}

/** The credited line, or none for a SKU that is not in the order. */
function creditedLines(
  order: InvoiceOrder,
  { sku, quantity, amount }: NonNullable<CreditRequest['lines']>[number],
  { currency }: Money,
): CreditedLine[] {
  const line = order.lines.find((one) => one.sku === sku);
  if (!line) return [];
  const { title, variant, tax } = line;
  const pieces = quantity === undefined ? {} : { quantity };
  return [{ title, variant, sku, ...pieces, rate: tax.rate, amount: { amount, currency } }];
}
