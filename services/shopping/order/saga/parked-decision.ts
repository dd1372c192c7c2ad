import { errors } from '../../../shared/problems.ts';
import { attentionFields } from '../attention.ts';
import { type Order, type OrderFields, type Refund, resumeAt } from '../order.ts';
import { moveOrder, type OrderDecision, updateOrder } from '../order-change.ts';
import { type Actor, historyWith } from '../order-state.ts';
import { type DecisionKind, type OrderStep, type ParkedDecision, STEP_DECISIONS } from './order-steps.ts';

export const parkedStepOf = ({ parkedStep }: Pick<Order, 'parkedStep'>): OrderStep => parkedStep ?? 'other';

/** The decision that takes a parked order on: an unpaid one is rejected, a paid one goes on without the failing step. */
export function allowedDecision(order: Pick<Order, 'state' | 'parkedStep'>): DecisionKind {
  if (order.state === 'PENDING') return 'reject';
  const decision = STEP_DECISIONS[parkedStepOf(order)];
  // The order was paid, or rejected, since it was parked.
  return decision === 'reject' ? 'skip' : decision;
}

/** How long an outage holds an order up before staff can decide about it: much longer than usual outages last. */
const DECIDABLE_OUTAGE_MS = 3_600_000;

/** Whether an order is parked, or held up by an outage for long. After a first decision staff need not wait again. */
function isStuck(order: Readonly<Order>, now: Date): boolean {
  if (order.parkedAt !== null) return true;
  if (order.nextAt === null || order.parkedError === undefined) return false;
  const changedAt = order.history.at(-1)?.at ?? order.createdAt;
  return +now - +changedAt > DECIDABLE_OUTAGE_MS || (order.decisions ?? []).length > 0;
}

export interface ParkedDecisionRequest {
  decision: DecisionKind;
  reason: string;
  by: Actor;
}

/**
 * Takes a stuck order on by staff's decision, which is recorded in it. Stuck is one that is parked, or that an outage has
 * held up for an hour. A repetition changes nothing.
 * @throws wrong-state when it is not stuck, or when another decision is called for
 */
export function decideParked(order: Readonly<Order>, verdict: ParkedDecisionRequest, now: Date): OrderDecision {
  const { decision, reason, by } = verdict;
  const last = order.decisions?.at(-1);
  const isKnown = last?.decision === decision && last.reason === reason;
  if (isKnown && order.parkedAt === null) return { answer: order };
  if (!isStuck(order, now)) throw errors.wrongState(order.state, 'The order is not stuck: there is nothing to decide.');
  const due = allowedDecision(order);
  if (decision !== due) throw errors.wrongState(order.state, `What ends this order is the decision ${due}.`);
  const step = parkedStepOf(order);
  const isStruck = decision === 'skip' && (step === 'deliver' || step === 'other');
  const entries = isStruck ? { entries: order.outbox.map(({ id }) => id) } : {};
  const decided: ParkedDecision = { decision, step, ...entries, reason, by, at: now };
  const fields = {
    decisions: [...(order.decisions ?? []), decided],
    ...{ parkedAt: null, failures: 0, attempts: 0, nextAt: resumeAt(now) },
    // The reason is for staff, who find it in the decisions: the customer sees the history, too.
    ...historyWith(order, 'decided', now, by),
  };
  if (decision === 'skip') return updateOrder(order, { ...fields, ...fieldsWithoutStep(order, step, now) });
  const rejection = { code: 'order-cancelled' } as const;
  const cause = { at: now, by, note: rejection.code };
  return moveOrder({ ...order, history: fields.history }, { state: 'REJECTING', rejection }, cause, fields);
}

/** Removes the work of a skipped step. Steps of the saga are skipped later, when the order comes to them. */
function fieldsWithoutStep(order: Readonly<Order>, step: OrderStep, now: Date): Partial<OrderFields> {
  const is = (one: OrderStep) => step === one || step === 'other';
  const refunds = is('refund') ? order.refunds.map(failIfPending) : order.refunds;
  return {
    ...(is('restock')
      ? { returns: order.returns.map((one) => (one.restock === 'DUE' ? { ...one, restock: 'NONE' as const } : one)) }
      : {}),
    refunds,
    ...attentionFields({ ...order, refunds }, now),
  };
}

/** Fails a pending refund: staff settles it, or has it tried again. */
const failIfPending = (refund: Refund): Refund =>
  refund.state === 'PENDING'
    ? { ...refund, state: 'FAILED', failure: { reason: 'given_up', isReturned: false } }
    : refund;
