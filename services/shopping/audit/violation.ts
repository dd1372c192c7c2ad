/** The invariants of the shop. They hold also when processes die. */
export const INVARIANTS = {
  I1: 'received + adjusted = available + reserved + sold, none negative',
  I2: 'reserved is the sum of the reservations',
  I3: 'sold is the quantity in paid orders',
  I4: 'one order for each customer and key',
  I5: 'one capture for each order at the provider, none without an order',
  I6: 'captured less refunded is the total of paid orders',
  I7: 'every acknowledgement, charge, reservation and invoice has its order',
  I8: 'every order is settled',
  I9: 'no reservation belongs to a final order',
  I10: 'the outbox is empty at rest',
  I11: 'the uses of a coupon are those of paid orders, and never exceed its limit',
  I12: 'invoices of a year are numbered without gaps or doubles',
  I13: 'the movements of a SKU have no gaps, and add up to its stock',
  I14: "a product's rating is the count and the sum of its approved reviews",
  I15: "a cart's contents are in at most one living order",
  I16: 'credit notes of a year are numbered without gaps or doubles, one for each refund of an invoiced order, of its amount',
  I17: 'a refund is the sum of its parts, and no part is refunded beyond its paid amount',
  I18: 'no try to pay is open on a final order, and at most one on any other',
} as const;

export type Invariant = keyof typeof INVARIANTS;

export interface Violation {
  invariant: Invariant;
  detail: string;
  /** Ids of the documents concerned. */
  documents: string[];
}

/** Collects violations. */
export class Findings {
  readonly violations: Violation[] = [];

  check(holds: boolean, invariant: Invariant, detail: string, ...documents: string[]): void {
    if (!holds) this.violations.push({ invariant, detail, documents });
  }
}
