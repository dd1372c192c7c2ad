import type { AuditedOrder } from './audit-data.ts';

/** A quantity by the orders. It is a range, as sales under way may or may not have reached the audited document. */
export interface QuantityRange {
  least: number;
  most: number;
}

const NOTHING: QuantityRange = { least: 0, most: 0 };

/** Adds up ranges by key: a SKU or a coupon. */
export class Ranges {
  readonly #byKey = new Map<string, QuantityRange>();

  add(key: string, { least, most }: QuantityRange): void {
    const sum = this.get(key);
    this.#byKey.set(key, { least: sum.least + least, most: sum.most + most });
  }

  get(key: string): QuantityRange {
    return this.#byKey.get(key) ?? NOTHING;
  }
}

/** The part of an ordered quantity that is sold. @param commitId the id of the outbox entry that commits the sale */
export function soldRange(
  { status, outbox }: Pick<AuditedOrder, 'status' | 'outbox'>,
  commitId: string,
  quantity: number,
): QuantityRange {
  if (status === 'REJECTED' || status === 'REJECTING' || status === 'CANCELLED') return NOTHING;
  const isUnderWay = status === 'PENDING' || status === 'CANCELLING' || outbox.includes(commitId);
  return { least: isUnderWay ? 0 : quantity, most: quantity };
}
