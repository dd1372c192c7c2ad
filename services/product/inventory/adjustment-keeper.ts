import type { Rpc } from '../../../lib/contract/contract.ts';
import { claim, recordFailure } from '../../../mixins/due-work/queue.ts';
import type { Store } from '../../../mixins/store/store.ts';
import { isProblem } from '../../shared/problem-codes.ts';
import { errors } from '../../shared/problems.ts';
import {
  type AdjustmentOutcome,
  concluded,
  isAdjustmentSettled,
  lineKey,
  PATIENCE,
  type StockAdjustment,
  sameRequest,
  stockAdjustments,
} from './stock-adjustment.ts';

/** What carrying out postings works with. */
export interface AdjustmentKeeper {
  store: Pick<Store<StockAdjustment>, 'insert' | 'get' | 'findOne' | 'change'>;
  rpc: Pick<Rpc, 'call'>;
  /** Runs what nobody waits for. */
  background(task: Promise<unknown>): void;
}

export interface Concluded {
  id: string;
  /** One for each line. */
  outcomes: AdjustmentOutcome[];
}

/** Lines that are on their way at a time. */
const AT_ONCE = 32;

/**
 * Carries out a posting, or finds what became of the one that has its key.
 * @throws idempotency-key-reused; request-in-progress while another is at it
 */
export async function applyAdjustment(
  draft: Omit<StockAdjustment, 'rev'>,
  keeper: AdjustmentKeeper,
): Promise<Concluded> {
  const until = Date.now() + PATIENCE;
  if (await keeper.store.insert(draft)) return drive({ ...draft, rev: 0 }, until, keeper);
  const known = sameRequest(await byKey(draft, keeper), draft);
  if (known.outcomes) return { id: known._id, outcomes: known.outcomes };
  const claimed = await keeper.store.change(known._id, (doc, now) => claim(stockAdjustments, doc, now));
  if (claimed) return drive(claimed, until, keeper);
  const now = await byKey(draft, keeper);
  if (!now.outcomes) throw errors.requestInProgress();
  return { id: now._id, outcomes: now.outcomes };
}

/** Whether a member of staff has sent a key before. */
export const isKnownKey = async (
  { by, key }: Pick<StockAdjustment, 'by' | 'key'>,
  { store }: AdjustmentKeeper,
): Promise<boolean> => (await store.findOne({ by, key })) !== null;

async function byKey(
  { by, key }: Pick<StockAdjustment, 'by' | 'key'>,
  { store }: AdjustmentKeeper,
): Promise<StockAdjustment> {
  const found = await store.findOne({ by, key });
  if (!found) throw errors.unavailable('The first request with this key is not to be seen yet.');
  return found;
}

/** Goes on with a posting that whoever began it has left. */
export async function goOn(id: string, keeper: AdjustmentKeeper): Promise<void> {
  const until = Date.now() + PATIENCE;
  const posting = await keeper.store.get(id);
  if (!posting) return;
  await conclude(posting, until, keeper);
  await forgetAll(posting, keeper);
}

/** @param until when its commands expire; see `conclude` */
async function drive(posting: StockAdjustment, until: number, keeper: AdjustmentKeeper): Promise<Concluded> {
  try {
    const concluded = await conclude(posting, until, keeper);
    keeper.background(forgetAll(posting, keeper));
    return concluded;
  } catch (error) {
    await keeper.store.change(posting._id, (doc, now) => recordFailure(stockAdjustments, doc, error, now, posting));
    throw error;
  }
}

/**
 * Each line happens once, by its key in the stock, which is kept there until the outcomes are kept here. `until` was
 * taken before the last look at whether they are, as mixins/store/idempotency-log.ts asks for.
 */
async function conclude(posting: StockAdjustment, until: number, keeper: AdjustmentKeeper): Promise<Concluded> {
  const outcomes = posting.outcomes ?? (await applyAll(posting, until, keeper));
  return { id: posting._id, outcomes: await keeper.store.change(posting._id, (doc) => concluded(doc, outcomes)) };
}

async function applyAll(
  posting: StockAdjustment,
  until: number,
  { rpc }: AdjustmentKeeper,
): Promise<AdjustmentOutcome[]> {
  const { _id: ref, by, lines } = posting;
  return inTurns(lines, async ({ sku, correction }, line) => {
    const command = { sku, key: lineKey(posting, line), until, ref, by, correction };
    return { sku, ...(await rpc.call('inventory.post', command).catch(ifUnknown)) };
  });
}

async function forgetAll(posting: StockAdjustment, { store, rpc }: AdjustmentKeeper): Promise<void> {
  await inTurns(posting.lines, ({ sku }, line) =>
    rpc.call('inventory.forget', { sku, key: lineKey(posting, line) }).catch((error: unknown) => {
      if (!isProblem(error, 'not-found')) throw error;
    }),
  );
  await store.change(posting._id, isAdjustmentSettled);
}

async function inTurns<T, R>(items: readonly T[], work: (item: T, index: number) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const entries = items.entries();
  const worker = async () => {
    for (const [index, item] of entries) results[index] = await work(item, index);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}

function ifUnknown(error: unknown): Omit<AdjustmentOutcome, 'sku'> {
  if (!isProblem(error, 'not-found')) throw error;
  const none = { quantity: 0, seq: 0, available: 0, reserved: 0, sold: 0 };
  return { outcome: 'unknown', ...none, at: new Date().toISOString() };
}
