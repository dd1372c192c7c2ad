/** The invariants of the shop, also when processes die. */
export const INVARIANTS = {
  I1: 'received + adjusted = available + reserved + sold, none negative',
  I2: 'reserved is the sum of the reservations',
  I3: 'sold is what paid orders hold',
  I4: 'one order for each customer and key',
  I5: 'one capture for each order at the provider, none without an order',
  I6: 'captured less refunded is what paid orders cost',
  I7: 'whatever was acknowledged, charged, reserved or invoiced has its order',
  I8: 'every order comes to its end',
  I9: 'no reservation belongs to a final order',
  I10: 'the outbox is empty at rest',
  I11: 'a coupon is used as often as paid orders used it, and never more often than it may be',
  I12: 'invoices of a year are numbered without gaps or doubles',
  I13: 'the movements of a SKU are there without gaps, and add up to its stock',
  I14: "a product's rating is the count and the sum of its approved reviews",
  I15: "a cart's contents are in at most one living order",
  I17: 'a refund is the sum of its parts, and nothing is refunded beyond what was paid for it',
  I16: 'credit notes of a year are numbered without gaps or doubles, one for each refund of an invoiced order, of its amount',
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
