import { errors } from '../../../shared/problems.ts';
import { attentionFields } from '../attention.ts';
import { type Order, type OrderFields, type Refund, resumeAt } from '../order.ts';
import { moveOrder, type OrderDecision, updateOrder } from '../order-change.ts';
import { type Actor, historyWith } from '../order-state.ts';
import { type DecisionKind, type OrderStep, type ParkedDecision, STEP_DECISIONS } from './order-steps.ts';

/** The step at which an order is parked. */
export const parkedStepOf = ({ parkedStep }: Pick<Order, 'parkedStep'>): OrderStep => parkedStep ?? 'other';

/**
 * The only decision that is allowed for a parked order: an unpaid one is rejected, of a paid one the step is skipped.
 */
export function allowedDecision(order: Pick<Order, 'state' | 'parkedStep'>): DecisionKind {
  if (order.state === 'PENDING') return 'reject';
  const decision = STEP_DECISIONS[parkedStepOf(order)];
  // The order was paid or rejected after it was parked.
  return decision === 'reject' ? 'skip' : decision;
}

/** Staff can decide about an order after an outage of this length, much longer than usual ones. */
const MIN_DECIDABLE_OUTAGE_MS = 3_600_000;

/**
 * Whether an order is parked, or delayed by a long outage. After a first decision staff does not have to wait again.
 */
function isStuck(order: Readonly<Order>, now: Date): boolean {
  if (order.parkedAt !== null) return true;
  if (order.nextAt === null || order.parkedError === undefined) return false;
  const changedAt = order.history.at(-1)?.at ?? order.createdAt;
  return +now - +changedAt > MIN_DECIDABLE_OUTAGE_MS || (order.decisions ?? []).length > 0;
}

export interface ParkedDecisionRequest {
  decision: DecisionKind;
  reason: string;
  by: Actor;
}

/**
 * Continues a stuck order by a decision of staff, which the order records. It is stuck if it is parked, or if an outage
 * has delayed it for an hour. A repetition changes nothing.
 * @throws wrong-state if it is not stuck, or if the decision is not the allowed one
 */
export function decideParked(order: Readonly<Order>, verdict: ParkedDecisionRequest, now: Date): OrderDecision {
  const { decision, reason, by } = verdict;
  const last = order.decisions?.at(-1);
  const isRepetition = last?.decision === decision && last.reason === reason;
  if (isRepetition && order.parkedAt === null) return { answer: order };
  if (!isStuck(order, now))
    throw errors.wrongState(order.state, 'The order is not parked, so there is nothing to decide.');
  const allowed = allowedDecision(order);
  if (decision !== allowed) throw errors.wrongState(order.state, `The decision for this order has to be ${allowed}.`);
  const step = parkedStepOf(order);
  const skipsOutbox = decision === 'skip' && (step === 'deliver' || step === 'other');
  const entries = skipsOutbox ? { entries: order.outbox.map(({ id }) => id) } : {};
  const decided: ParkedDecision = { decision, step, ...entries, reason, by, at: now };
  const fields = {
    decisions: [...(order.decisions ?? []), decided],
    ...{ parkedAt: null, failures: 0, attempts: 0, nextAt: resumeAt(now) },
    // Without the reason, which is for staff: customers see the history, too.
    ...historyWith(order, 'decided', now, by),
  };
  if (decision === 'skip') return updateOrder(order, { ...fields, ...fieldsWithoutStep(order, step, now) });
  const rejection = { code: 'order-cancelled' } as const;
  const cause = { at: now, by, note: rejection.code };
  return moveOrder({ ...order, history: fields.history }, { state: 'REJECTING', rejection }, cause, fields);
}

/**
 * The fields of an order without the work of a skipped step. Steps of the placement are skipped when the order gets to
 * them.
 */
function fieldsWithoutStep(order: Readonly<Order>, step: OrderStep, now: Date): Partial<OrderFields> {
  const isSkippedStep = (one: OrderStep) => step === one || step === 'other';
  const refunds = isSkippedStep('refund') ? order.refunds.map(failIfPending) : order.refunds;
  return {
    ...(isSkippedStep('restock')
      ? { returns: order.returns.map((one) => (one.restock === 'DUE' ? { ...one, restock: 'NONE' as const } : one)) }
      : {}),
    refunds,
    ...attentionFields({ ...order, refunds }, now),
  };
}

/** A pending refund becomes a failed one, which staff settles or retries. */
const failIfPending = (refund: Refund): Refund =>
  refund.state === 'PENDING'
    ? { ...refund, state: 'FAILED', failure: { reason: 'given_up', isReturned: false } }
    : refund;
