import type { Actor } from '../order-state.ts';

/**
 * Where an order can get stuck, each with the decision by which staff ends it there (parked-decision.ts): it is given up as if it
 * had never been paid, or it goes on without what cannot be done. A step without a decision would be a dead end.
 */
export const STEP_DECISIONS = {
  /** Reserving stock. */
  reserve: 'reject',
  'take-coupons': 'reject',
  charge: 'reject',
  /** Voiding a charge, or giving back what it captured. */
  void: 'skip',
  /** Releasing reserved stock and coupons. */
  release: 'skip',
  /** What the outbox has for others. */
  deliver: 'skip',
  /** Taking sold goods and redeemed coupons back. */
  'take-back': 'skip',
  refund: 'skip',
  /** Putting returned goods into the stock. */
  restock: 'skip',
  /** Anything else: a state that cannot be written, a fault of ours. */
  other: 'skip',
} as const satisfies Record<string, Decided>;

export type OrderStep = keyof typeof STEP_DECISIONS;
export type Decided = 'reject' | 'skip';

export const ORDER_STEPS = Object.keys(STEP_DECISIONS) as OrderStep[];

/** What staff decided of a parked order. */
export interface ParkedDecision {
  decision: Decided;
  step: OrderStep;
  /** Ids of what was in the outbox, and is struck out of it when it fails again. */
  entries?: string[];
  reason: string;
  by: Actor;
  at: Date;
}

const stepOfError = new WeakMap<object, OrderStep>();

/** Does a step; an error that it fails by stays as it is, and is remembered to be of this step. */
export async function inStep<R>(step: OrderStep, work: Promise<R>): Promise<R> {
  try {
    return await work;
  } catch (error) {
    throw failedAt(step, error);
  }
}

/** The error, remembered to be of a step. */
export function failedAt(step: OrderStep, error: unknown): unknown {
  if (typeof error === 'object' && error !== null && !stepOfError.has(error)) stepOfError.set(error, step);
  return error;
}

/** The step that an error is of. */
export function stepOf(error: unknown): OrderStep {
  return (typeof error === 'object' && error !== null && stepOfError.get(error)) || 'other';
}

/**
 * As `inStep`; once staff has decided to go on without the step, it is tried all the same, and what it fails by is no
 * longer in the way. `undefined`: it failed.
 */
export async function inStepUnlessSkipped<R>(
  step: OrderStep,
  { decisions = [] }: { decisions?: readonly ParkedDecision[] },
  work: Promise<R>,
): Promise<R | undefined> {
  if (!isSkipped({ decisions }, step)) return inStep(step, work);
  return work.catch(() => undefined);
}

export const isSkipped = ({ decisions = [] }: { decisions?: readonly ParkedDecision[] }, step: OrderStep): boolean =>
  decisions.some((one) => one.decision === 'skip' && (one.step === step || one.step === 'other'));
