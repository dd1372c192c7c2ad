import type { Actor } from '../order-state.ts';

/**
 * The steps at which an order can park, each with the decision by which staff takes it on (parked-decision.ts): the order
 * is rejected, or it goes on without the step. A step without a decision would be a dead end.
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
  /** Takes sold goods and redeemed coupons back. */
  'take-back': 'skip',
  refund: 'skip',
  /** Puts returned goods into the stock. */
  restock: 'skip',
  /** Anything else: a write that fails, or a bug. */
  other: 'skip',
} as const satisfies Record<string, DecisionKind>;

export type OrderStep = keyof typeof STEP_DECISIONS;
export type DecisionKind = 'reject' | 'skip';

export const ORDER_STEPS = Object.keys(STEP_DECISIONS) as OrderStep[];

/** Staff's decision about a parked order. */
export interface ParkedDecision {
  decision: DecisionKind;
  step: OrderStep;
  /** Ids of outbox entries, which are removed when they fail again. */
  entries?: string[];
  reason: string;
  by: Actor;
  at: Date;
}

const stepOfError = new WeakMap<object, OrderStep>();

/** Awaits a step, and marks the error by which it fails as this step's. */
export async function runStep<R>(step: OrderStep, work: Promise<R>): Promise<R> {
  try {
    return await work;
  } catch (error) {
    throw markFailedStep(step, error);
  }
}

/** Marks an error as a step's, unless it is marked already. */
export function markFailedStep(step: OrderStep, error: unknown): unknown {
  if (typeof error === 'object' && error !== null && !stepOfError.has(error)) stepOfError.set(error, step);
  return error;
}

/** The step whose error it is. */
export function failedStepOf(error: unknown): OrderStep {
  return (typeof error === 'object' && error !== null && stepOfError.get(error)) || 'other';
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

export const isSkipped = ({ decisions = [] }: { decisions?: readonly ParkedDecision[] }, step: OrderStep): boolean =>
  decisions.some((one) => one.decision === 'skip' && (one.step === step || one.step === 'other'));
