import type { Store } from '../../../mixins/store/store.ts';
import type { Money } from '../../shared/money.ts';
import type { PostalAddress } from '../../shared/postal-address.ts';
import { allocate, proportion } from '../checkout/pricing/round.ts';
import { type InvoiceOrder, type Issuer, issueDocument, type NumberedDocument } from './numbering.ts';

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

/** Corrects an invoice by what was paid back. Like the invoice, it never changes. */
export interface CreditNote extends NumberedDocument {
  /** Unique: a refund has one credit note. */
  refundId: string;
  /** Which of its order it is, from 1 on; unique with `orderId`, so that each takes the ones before it into account. */
  nth: number;
  invoice: { number: string; issuedAt: Date };
  order: Pick<InvoiceOrder, 'id' | 'number' | 'customerId'> & { billingAddress: PostalAddress };
  isCancellation: boolean;
  /** Goods that came back; empty for a refund of money alone. */
  items: { title: string; variant: string; sku: string; quantity: number }[];
  /** What is credited for which line; absent on credit notes from before refunds had lines. */
  lines?: CreditedLine[];
  /** What is credited for the delivery; said together with `lines`. */
  shipping?: Money;
  amount: Money;
  taxes: CreditedTax[];
}

/** What a credit note is asked for with. */
export interface CreditRequest {
  refundId: string;
  amount: Money;
  isCancellation: boolean;
  items: readonly CreditedItem[];
  /** What of the amount belongs to which line, in minor units. Left out: it is spread over all. */
  lines?: readonly { sku: string; quantity?: number | undefined; amount: number }[] | undefined;
  /** What of it belongs to the delivery, in minor units. */
  shipping?: number | undefined;
  /** What it corrects. */
  invoice: { number: string; issuedAt: string; order: InvoiceOrder };
}

/**
 * The taxes in a credited amount, by rate. What belongs to which rate is known by the lines it is refunded for; without
 * them it is split in proportion to what of each rate is not credited yet (largest remainder). The tax in a part is that
 * share of the tax that is left, rounded half up: so no credit is ever above what was invoiced, and those of a whole
 * order add up to its taxes exactly.
 */
export function creditedTaxes(
  order: InvoiceOrder,
  before: readonly CreditedTax[],
  { amount, lines, shipping = 0 }: Pick<CreditRequest, 'amount' | 'lines' | 'shipping'>,
): CreditedTax[] {
  const parts = [...order.lines, order.shipping].map(({ tax, total }) => ({ ...tax, gross: total.amount }));
  const rates = [...new Set(parts.map(({ rate }) => rate))].sort((a, b) => b - a);
  const left = rates.map((rate) => {
    const invoiced = parts.filter((part) => part.rate === rate);
    const credited = before.filter((part) => part.rate === rate);
    return {
      rate,
      gross: added(invoiced.map((part) => part.gross)) - added(credited.map((part) => part.gross.amount)),
      tax: added(invoiced.map((part) => part.amount.amount)) - added(credited.map((part) => part.tax.amount)),
    };
  });
  const rateOf = (sku: string) => order.lines.find((line) => line.sku === sku)?.tax.rate;
  // Credit notes from before refunds had lines may have taken more of a rate than its lines were refunded.
  const named = left.map(({ rate, gross }) => {
    const ofLines = (lines ?? []).filter((line) => rateOf(line.sku) === rate).map((line) => line.amount);
    return Math.min(gross, added([...ofLines, rate === order.shipping.tax.rate ? shipping : 0]));
  });
  const rest = allocate(
    amount.amount - added(named),
    left.map(({ gross }, index) => gross - (named[index] ?? 0)),
  );
  return left.flatMap(({ rate, gross, tax }, index) => {
    const share = (named[index] ?? 0) + (rest[index] ?? 0);
    if (share === 0) return [];
    const part = { ...amount, amount: share };
    return [{ rate, gross: part, tax: { ...amount, amount: proportion(tax, share, gross) } }];
  });
}

const added = (amounts: readonly number[]) => amounts.reduce((total, amount) => total + amount, 0);

type CreditNoteStore = Pick<Store<CreditNote>, 'insert' | 'find' | 'findOne'>;

/** Issues the credit note of a refund; a known refund has its credit note already. */
export function issueCreditNote(
  { refundId, amount, isCancellation, items, lines, shipping, invoice: { number, issuedAt, order } }: CreditRequest,
  issuer: Issuer,
  now: Date,
  notes: CreditNoteStore,
): Promise<CreditNote> {
  const known = () => notes.findOne({ refundId });
  return issueDocument('CN-', issuer, now, notes, known, async (numbered): Promise<Omit<CreditNote, 'rev'>> => {
    const earlier = await notes.find({ orderId: order.id }, { sort: { nth: 1 } });
    const before = earlier.flatMap(({ taxes }) => taxes);
    const named = items.flatMap(({ sku, quantity }) => {
      const line = order.lines.find((one) => one.sku === sku);
      return line ? [{ title: line.title, variant: line.variant, sku, quantity }] : [];
    });
    return {
      ...numbered,
      refundId,
      orderId: order.id,
      nth: earlier.length + 1,
      invoice: { number, issuedAt: new Date(issuedAt) },
      order: {
        id: order.id,
        number: order.number,
        customerId: order.customerId,
        billingAddress: order.billingAddress,
      },
      isCancellation,
      items: named,
      ...(lines ? { lines: lines.flatMap((line) => creditedLines(order, line, amount)) } : {}),
      ...(lines ? { shipping: { ...amount, amount: shipping ?? 0 } } : {}),
      amount,
      taxes: creditedTaxes(order, before, { amount, lines, shipping }),
    };
  });
}

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
