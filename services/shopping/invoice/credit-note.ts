import type { Money } from '../../../lib/money.ts';
import type { Store } from '../../../mixins/store.ts';
import type { PostalAddress } from '../../customer/postal-address.ts';
import { allot, proportion } from '../pricing/round.ts';
import { type InvoiceOrder, type Issuer, issuePaper, type Paper } from './numbering.ts';

/** A part of a credited amount, and the tax in it. `rate` in basis points; `gross` contains the tax. */
export interface CreditedTax {
  rate: number;
  gross: Money;
  tax: Money;
}

/** Goods that a credit note is for. */
export interface CreditedItem {
  sku: string;
  quantity: number;
}

/** Corrects an invoice by what was paid back. Like the invoice, it never changes. */
export interface CreditNote extends Paper {
  /** Unique: a refund has one credit note. */
  refundId: string;
  /** Which of its order it is, from 1 on; unique with `orderId`, so that each takes the ones before it into account. */
  nth: number;
  invoice: { number: string; issuedAt: Date };
  order: Pick<InvoiceOrder, 'id' | 'number' | 'customerId'> & { billingAddress: PostalAddress };
  isCancellation: boolean;
  /** Goods that came back; empty for a refund of money alone. */
  items: { title: string; variant: string; sku: string; quantity: number }[];
  amount: Money;
  taxes: CreditedTax[];
}

/** What a credit note is asked for with. */
export interface Credit {
  refundId: string;
  amount: Money;
  isCancellation: boolean;
  items: readonly CreditedItem[];
  /** What it corrects. */
  invoice: { number: string; issuedAt: string; order: InvoiceOrder };
}

/**
 * Splits an amount over an order's tax rates in proportion to what of each is not credited yet (largest remainder). The
 * tax in a part is that share of the tax that is left, rounded half up: so no credit is ever above what was invoiced,
 * and those of a whole order add up to its taxes exactly.
 */
export function creditedTaxes(order: InvoiceOrder, before: readonly CreditedTax[], amount: Money): CreditedTax[] {
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
  const shares = allot(
    amount.amount,
    left.map(({ gross }) => gross),
  );
  return left.flatMap(({ rate, gross, tax }, index) => {
    const share = shares[index] ?? 0;
    if (share === 0) return [];
    const part = { ...amount, amount: share };
    return [{ rate, gross: part, tax: { ...amount, amount: proportion(tax, share, gross) } }];
  });
}

const added = (amounts: readonly number[]) => amounts.reduce((total, amount) => total + amount, 0);

type CreditNotes = Pick<Store<CreditNote>, 'insert' | 'find' | 'findOne'>;

/** Issues the credit note of a refund; a known refund has its credit note already. */
export function issueCreditNote(
  { refundId, amount, isCancellation, items, invoice: { number, issuedAt, order } }: Credit,
  issuer: Issuer,
  now: Date,
  notes: CreditNotes,
): Promise<CreditNote> {
  const known = () => notes.findOne({ refundId });
  return issuePaper('CN-', issuer, now, notes, known, async (numbered): Promise<Omit<CreditNote, 'rev'>> => {
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
      amount,
      taxes: creditedTaxes(order, before, amount),
    };
  });
}
