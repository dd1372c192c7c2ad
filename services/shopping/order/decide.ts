import type { Decision } from '../../../mixins/store/changes.ts';
import { errors } from '../../shared/problems.ts';
import { attention } from './attention.ts';
import { type Order, type Refund, resumeAt } from './order.ts';
import { type Actor, move, noted } from './order-state.ts';
import { type Decided, type OrderStep, type ParkedDecision, STEP_DECISIONS } from './saga/order-steps.ts';

export const parkedStepOf = ({ parkedStep }: Pick<Order, 'parkedStep'>): OrderStep => parkedStep ?? 'other';

/** What ends a parked order: before it was paid it is given up, after that it goes on without what cannot be done. */
export function decisionFor(order: Pick<Order, 'state' | 'parkedStep'>): Decided {
  if (order.state === 'PENDING') return 'reject';
  const decision = STEP_DECISIONS[parkedStepOf(order)];
  // It was cancelled since it was parked.
  return decision === 'reject' ? 'skip' : decision;
}

/** How long an outage may hold up an order before staff can end it, in ms: by far longer than any that is over by itself. */
const LONGEST_OUTAGE_MS = 3_600_000;

/** Whether it goes on by itself no more, or has not for long; once staff has decided, nobody waits again. */
function isStuck(order: Readonly<Order>, now: Date): boolean {
  if (order.parkedAt !== null) return true;
  if (order.nextAt === null || order.parkedError === undefined) return false;
  const changedAt = order.history.at(-1)?.at ?? order.createdAt;
  return +now - +changedAt > LONGEST_OUTAGE_MS || (order.decisions ?? []).length > 0;
}

export interface Verdict {
  decision: Decided;
  reason: string;
  by: Actor;
}

/**
 * Ends an order where it is stuck, as staff decided, which is recorded in it: one that is parked, or that an outage has held
 * up for an hour. The same again changes nothing.
 * @throws wrong-state when it is not stuck, or when another decision is called for
 */
export function decide(order: Readonly<Order>, verdict: Verdict, now: Date): Decision<Order> {
  const { decision, reason, by } = verdict;
  const last = order.decisions?.at(-1);
  const isKnown = last?.decision === decision && last.reason === reason;
  if (isKnown && order.parkedAt === null) return { answer: order };
  if (!isStuck(order, now)) throw errors.wrongState(order.state, 'The order is not stuck: there is nothing to decide.');
  const due = decisionFor(order);
  if (decision !== due) throw errors.wrongState(order.state, `What ends this order is the decision ${due}.`);
  const step = parkedStepOf(order);
  const isStruck = decision === 'skip' && (step === 'deliver' || step === 'other');
  const entries = isStruck ? { entries: order.outbox.map(({ id }) => id) } : {};
  const decided: ParkedDecision = { decision, step, ...entries, reason, by, at: now };
  const part = decision === 'reject' ? rejected(order, by, now) : skipped(order, step, by, now);
  const patch = {
    decisions: [...(order.decisions ?? []), decided],
    ...{ parkedAt: null, failures: 0, attempts: 0, nextAt: resumeAt(now) },
    ...part,
  };
  return { answer: { ...order, ...patch }, patch };
}

/** Why it was decided is for staff, who find it in the decisions: the history is the customer's, too. */
function rejected(order: Readonly<Order>, by: Actor, now: Date): Partial<Order> {
  const { history } = noted(order, 'decided', now, by);
  return {
    rejection: { code: 'order-cancelled' },
    ...move({ ...order, history }, 'REJECTING', now, by, 'order-cancelled'),
  };
}

/** What the order goes on without: steps of its way are skipped when it comes to them; the rest is struck out here. */
function skipped(order: Readonly<Order>, step: OrderStep, by: Actor, now: Date): Partial<Order> {
  const is = (one: OrderStep) => step === one || step === 'other';
  const refunds = is('refund') ? order.refunds.map(givenUp) : order.refunds;
  return {
    ...(is('restock')
      ? { returns: order.returns.map((one) => (one.restock === 'DUE' ? { ...one, restock: 'NONE' as const } : one)) }
      : {}),
    refunds,
    ...attention({ ...order, refunds }, now),
    ...noted(order, 'decided', now, by),
  };
}

/** Staff has to settle it, or have it tried again. */
const givenUp = (refund: Refund): Refund =>
  refund.state === 'PENDING'
    ? { ...refund, state: 'FAILED', failure: { reason: 'given_up', isReturned: false } }
    : refund;
