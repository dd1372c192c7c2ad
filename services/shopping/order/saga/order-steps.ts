import type { Actor } from '../order-state.ts';

/**
 * The steps at which an order can be parked, each with the decision that continues the order (parked-decision.ts): it
 * is rejected, or the step is skipped. An order that is parked at a step without a decision would never end.
 */
export const STEP_DECISIONS = {
  /** Reserves stock. */
  reserve: 'reject',
  'take-coupons': 'reject',
  charge: 'reject',
  /** Voids a charge, or refunds what it captured. */
  void: 'skip',
  /** Releases reserved stock and coupons. */
  release: 'skip',
  /** Delivers the outbox. */
  deliver: 'skip',
  /** Takes back sold goods and redeemed coupons. */
  'take-back': 'skip',
  refund: 'skip',
  /** Puts returned goods into the stock. */
  restock: 'skip',
  /** An error outside the other steps: a failed write, or a bug. */
  other: 'skip',
} as const satisfies Record<string, DecisionKind>;

export type OrderStep = keyof typeof STEP_DECISIONS;
export type DecisionKind = 'reject' | 'skip';

export const ORDER_STEPS = Object.keys(STEP_DECISIONS) as OrderStep[];

/** Staff's decision about a parked order. */
export interface ParkedDecision {
  decision: DecisionKind;
  step: OrderStep;
  /** Ids of outbox entries that are removed when they fail again. */
  entries?: string[];
  reason: string;
  by: Actor;
  at: Date;
}

const stepByError = new WeakMap<object, OrderStep>();

/** Awaits the work of a step. If it fails, its error is marked with the step. */
export async function runStep<R>(step: OrderStep, work: Promise<R>): Promise<R> {
  try {
    return await work;
  } catch (error) {
    throw markFailedStep(step, error);
  }
}

/** Marks an error with the step that failed, unless it is marked already. */
export function markFailedStep(step: OrderStep, error: unknown): unknown {
  if (typeof error === 'object' && error !== null && !stepByError.has(error)) stepByError.set(error, step);
  return error;
}

/** The step that an error is marked with. */
export function failedStepOf(error: unknown): OrderStep {
  return (typeof error === 'object' && error !== null && stepByError.get(error)) || 'other';
}

/**
 * As `inStep`. A step that staff has decided to skip is tried all the same, and its failure is ignored.
 * @returns `undefined` when it failed
 */
export async function runStepUnlessSkipped<R>(
  step: OrderStep,
  { decisions = [] }: { decisions?: readonly ParkedDecision[] },
  work: Promise<R>,
): Promise<R | undefined> {
  if (!isSkipped({ decisions }, step)) return runStep(step, work);
  return work.catch(() => undefined);
}

/** Whether staff has decided to skip a step. */
export const isSkipped = ({ decisions = [] }: { decisions?: readonly ParkedDecision[] }, step: OrderStep): boolean =>
  decisions.some((one) => one.decision === 'skip' && (one.step === step || one.step === 'other'));
