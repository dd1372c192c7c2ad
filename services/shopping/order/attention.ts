import type { Order } from './order.ts';

/** Why an order needs staff's attention: the shop itself can do nothing more. */
export const ATTENTION_REASONS = ['refund-failed', 'refunded-twice', 'dispute-open'] as const;
export type AttentionReason = (typeof ATTENTION_REASONS)[number];

type AttentionFacts = Pick<Order, 'refunds' | 'disputes' | 'attentionAt'>;

export function attentionReasons({ refunds, disputes = [] }: Readonly<AttentionFacts>): AttentionReason[] {
  const reasons: AttentionReason[] = [];
  if (refunds.some(({ state }) => state === 'FAILED')) reasons.push('refund-failed');
  // Staff has paid the money back, and then the provider has too.
  if (refunds.some(({ state, settlement }) => state === 'DONE' && settlement)) reasons.push('refunded-twice');
  if (disputes.some(({ state }) => state === 'OPEN')) reasons.push('dispute-open');
  return reasons;
}

/** The part of a patch that marks whether the order needs attention, for the index. */
export function attentionFields(order: Readonly<AttentionFacts>, now: Date): { attentionAt: Date | null } {
  return { attentionAt: attentionReasons(order).length > 0 ? (order.attentionAt ?? now) : null };
}
