import type { Rpc } from '../../../lib/contract/contract.ts';
import type { Store } from '../../../mixins/store/store.ts';
import { isProblem } from '../../shared/problem-codes.ts';
import { errors } from '../../shared/problems.ts';
import {
  claim,
  concluded,
  delayed,
  lineKey,
  type Outcome,
  PATIENCE,
  type Posting,
  sameRequest,
  settled,
} from './posting.ts';

/** What carrying out postings works with. */
export interface Keeper {
  store: Pick<Store<Posting>, 'insert' | 'findOne' | 'find' | 'change'>;
  rpc: Pick<Rpc, 'call'>;
  /** Runs what nobody waits for. */
  background(task: Promise<unknown>): void;
}

export interface Concluded {
  id: string;
  /** One for each line. */
  outcomes: Outcome[];
}

/** Lines that are on their way at a time. */
const AT_ONCE = 32;
const BATCH = 10;

/**
 * Carries out a posting, or finds what became of the one that has its key.
 * @throws idempotency-key-reused; request-in-progress while another is at it
 */
export async function post(draft: Omit<Posting, 'rev'>, keeper: Keeper): Promise<Concluded> {
  const until = Date.now() + PATIENCE;
  if (await keeper.store.insert(draft)) return drive({ ...draft, rev: 0 }, until, keeper);
  const known = sameRequest(await byKey(draft, keeper), draft);
  if (known.outcomes) return { id: known._id, outcomes: known.outcomes };
  const claimed = await keeper.store.change(known._id, claim);
  if (claimed) return drive(claimed, until, keeper);
  const now = await byKey(draft, keeper);
  if (!now.outcomes) throw errors.requestInProgress();
  return { id: now._id, outcomes: now.outcomes };
}

/** Whether a member of staff has sent a key before. */
export const isKnownKey = async ({ by, key }: Pick<Posting, 'by' | 'key'>, { store }: Keeper): Promise<boolean> =>
  (await store.findOne({ by, key })) !== null;

async function byKey({ by, key }: Pick<Posting, 'by' | 'key'>, { store }: Keeper): Promise<Posting> {
  const found = await store.findOne({ by, key });
  if (!found) throw errors.unavailable('The first request with this key is not to be seen yet.');
  return found;
}

/** Goes on with postings that nobody is at. */
export async function keepPostings(keeper: Keeper, failed: (error: unknown) => void): Promise<void> {
  const overdue = { $gt: new Date(0), $lte: new Date() };
  const due = await keeper.store.find({ nextAt: overdue }, { sort: { nextAt: 1 }, limit: BATCH, fields: ['_id'] });
  for (const { _id } of due) {
    const until = Date.now() + PATIENCE;
    const claimed = await keeper.store.change(_id, claim);
    if (claimed) await drive(claimed, until, keeper).catch(failed);
  }
}

/**
 * Each line happens once, by its key in the stock, which is kept there until the outcomes are kept here. `until` was
 * taken before the last look at whether they are, as mixins/store/once.ts asks for.
 */
async function drive(posting: Posting, until: number, keeper: Keeper): Promise<Concluded> {
  const { store, background } = keeper;
  try {
    const outcomes = posting.outcomes ?? (await applyAll(posting, until, keeper));
    const answer = { id: posting._id, outcomes: await store.change(posting._id, (doc) => concluded(doc, outcomes)) };
    background(forgetAll(posting, keeper));
    return answer;
  } catch (error) {
    await store.change(posting._id, delayed);
    throw error;
  }
}

async function applyAll(posting: Posting, until: number, { rpc }: Keeper): Promise<Outcome[]> {
  const { _id: ref, by, lines } = posting;
  return inTurns(lines, async ({ sku, correction }, line) => {
    const command = { sku, key: lineKey(posting, line), until, ref, by, correction };
    return { sku, ...(await rpc.call('inventory.post', command).catch(ifUnknown)) };
  });
}

async function forgetAll(posting: Posting, { store, rpc }: Keeper): Promise<void> {
  await inTurns(posting.lines, ({ sku }, line) =>
    rpc.call('inventory.forget', { sku, key: lineKey(posting, line) }).catch((error: unknown) => {
      if (!isProblem(error, 'not-found')) throw error;
    }),
  );
  await store.change(posting._id, settled);
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

function ifUnknown(error: unknown): Omit<Outcome, 'sku'> {
  if (!isProblem(error, 'not-found')) throw error;
  const none = { quantity: 0, seq: 0, available: 0, reserved: 0, sold: 0 };
  return { outcome: 'unknown', ...none, at: new Date().toISOString() };
}
