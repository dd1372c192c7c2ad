import type { Rpc } from '../../../lib/contract/contract.ts';
import { mapConcurrently } from '../../../lib/process/concurrency.ts';
import { claim, recordFailure } from '../../../mixins/due-work/queue.ts';
import type { Store } from '../../../mixins/store/store.ts';
import { isProblem } from '../../shared/problem-codes.ts';
import { errors } from '../../shared/problems.ts';
import { NO_QUANTITIES } from './ledger.ts';
import {
  type AdjustmentOutcome,
  COMMAND_TIMEOUT_MS,
  lineKey,
  recordOutcomes,
  requireSameRequest,
  type StockAdjustment,
  settleAdjustment,
  stockAdjustments,
} from './stock-adjustment.ts';

/** The dependencies of applying stock adjustments. */
export interface AdjustmentContext {
  store: Pick<Store<StockAdjustment>, 'insert' | 'get' | 'findOne' | 'change'>;
  rpc: Pick<Rpc, 'call'>;
  /** Runs a task that no caller awaits. */
  background(task: Promise<unknown>): void;
}

export interface AdjustmentResult {
  id: string;
  /** One for each line. */
  outcomes: AdjustmentOutcome[];
}

const MAX_CONCURRENT_LINES = 32;

/**
 * Applies a stock adjustment, or returns the result of the earlier one with its key.
 * @throws idempotency-key-reused; request-in-progress while another process applies it
 */
export async function applyAdjustment(
  draft: Omit<StockAdjustment, 'rev'>,
  context: AdjustmentContext,
): Promise<AdjustmentResult> {
  const until = Date.now() + COMMAND_TIMEOUT_MS;
  if (await context.store.insert(draft)) return completeOrPutOff({ ...draft, rev: 0 }, until, context);
  const known = requireSameRequest(await findByKey(draft, context), draft);
  if (known.outcomes) return { id: known._id, outcomes: known.outcomes };
  const claimed = await context.store.change(known._id, (doc, now) => claim(stockAdjustments, doc, now));
  if (claimed) return completeOrPutOff(claimed, until, context);
  const latest = await findByKey(draft, context);
  if (!latest.outcomes) throw errors.requestInProgress();
  return { id: latest._id, outcomes: latest.outcomes };
}

/** Whether a member of staff has sent a key before. */
export const isKnownKey = async (
  { by, key }: Pick<StockAdjustment, 'by' | 'key'>,
  { store }: AdjustmentContext,
): Promise<boolean> => (await store.findOne({ by, key })) !== null;

async function findByKey(
  { by, key }: Pick<StockAdjustment, 'by' | 'key'>,
  { store }: AdjustmentContext,
): Promise<StockAdjustment> {
  const found = await store.findOne({ by, key });
  if (!found) throw errors.unavailable('The first request with this key is not visible yet.');
  return found;
}

/** Completes an adjustment that another process has begun and left. */
export async function resumeAdjustment(id: string, context: AdjustmentContext): Promise<void> {
  const until = Date.now() + COMMAND_TIMEOUT_MS;
  const adjustment = await context.store.get(id);
  if (!adjustment) return;
  await completeAdjustment(adjustment, until, context);
  await acknowledgeLines(adjustment, context);
}

/** Completes an adjustment; after an error, a worker tries again later. @throws that error */
async function completeOrPutOff(
  adjustment: StockAdjustment,
  until: number,
  context: AdjustmentContext,
): Promise<AdjustmentResult> {
  try {
    const result = await completeAdjustment(adjustment, until, context);
    context.background(acknowledgeLines(adjustment, context));
    return result;
  } catch (error) {
    await context.store.change(adjustment._id, (doc, now) =>
      recordFailure(stockAdjustments, doc, error, now, adjustment),
    );
    throw error;
  }
}

/**
 * Applies all lines and stores the outcomes. A line is applied once: the stock keeps its key until the outcomes are
 * stored here.
 * @param until deadline of the commands in ms since the epoch, taken before the adjustment was read
 * (mixins/store/idempotency-log.ts)
 */
async function completeAdjustment(
  adjustment: StockAdjustment,
  until: number,
  { store, rpc }: AdjustmentContext,
): Promise<AdjustmentResult> {
  const { _id: id } = adjustment;
  const outcomes = adjustment.outcomes ?? (await applyLines(adjustment, until, rpc));
  return { id, outcomes: await store.change(id, (doc) => recordOutcomes(doc, outcomes)) };
}

function applyLines(
  adjustment: StockAdjustment,
  until: number,
  rpc: AdjustmentContext['rpc'],
): Promise<AdjustmentOutcome[]> {
  const { _id: ref, by, lines } = adjustment;
  return mapConcurrently(lines, MAX_CONCURRENT_LINES, async ({ sku, correction }, line) => {
    const command = { sku, key: lineKey(adjustment, line), until, ref, by, correction };
    return { sku, ...(await rpc.call('inventory.post', command).catch(unknownSkuOutcome)) };
  });
}

/** Has the stocks forget the keys of an adjustment whose outcomes are stored, and ends its due work. */
async function acknowledgeLines(adjustment: StockAdjustment, { store, rpc }: AdjustmentContext): Promise<void> {
  await mapConcurrently(adjustment.lines, MAX_CONCURRENT_LINES, ({ sku }, line) =>
    rpc.call('inventory.forget', { sku, key: lineKey(adjustment, line) }).catch((error: unknown) => {
      if (!isProblem(error, 'not-found')) throw error;
    }),
  );
  await store.change(adjustment._id, settleAdjustment);
}

function unknownSkuOutcome(error: unknown): Omit<AdjustmentOutcome, 'sku'> {
  if (!isProblem(error, 'not-found')) throw error;
  return { outcome: 'unknown', quantity: 0, seq: 0, ...NO_QUANTITIES, at: new Date().toISOString() };
}
