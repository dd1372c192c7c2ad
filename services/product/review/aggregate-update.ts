import type { Decide } from '../../../mixins/store/changes.ts';
import type { IdempotentCommand } from '../../../mixins/store/idempotency-log.ts';
import type { Store } from '../../../mixins/store/store.ts';
import { isProblem } from '../../shared/problem-codes.ts';
import { type Contribution, completeTransfer, markApplied } from './contribution.ts';

/** The change of an aggregate. */
export interface AggregateDifference extends IdempotentCommand {
  /** 1, 0 or -1. */
  count: number;
  sum: number;
}

/** How a review or vote updates the aggregate it belongs to. */
export interface AggregateUpdate<T extends Contribution> {
  store: Store<T>;
  /** The amount a document contributes; null: nothing, and it is removed. */
  amountOf(doc: T): number | null;
  /** Changes the aggregate. @returns false when it no longer exists */
  apply(doc: T, difference: AggregateDifference): Promise<boolean>;
  forget(doc: T, key: string): Promise<void>;
  /** Removes dependent documents, before the document itself is removed. */
  removeDependents?(doc: T): Promise<void>;
}

/** A change of the aggregate is refused after this time. */
const APPLY_TIMEOUT_MS = 20_000;

/** Completes all transfers of a document (contribution.ts). @throws the error that interrupts it */
export async function settleContribution<T extends Contribution>(
  id: string,
  update: AggregateUpdate<T>,
): Promise<void> {
  const { store, amountOf } = update;
  for (;;) {
    // Taken before the document is read: see `applyOnce`.
    const until = Date.now() + APPLY_TIMEOUT_MS;
    const doc = await store.get(id);
    if (!doc) return;
    const { move, counted } = doc;
    if (move === null) {
      if (amountOf(doc) !== null) return;
      // A removal is final, so nothing can come in between.
      await update.removeDependents?.(doc);
      await store.remove({ _id: id });
      return;
    } else if (!move.done) {
      const count = Number(move.to > 0) - Number(counted > 0);
      if (!(await update.apply(doc, { key: move.key, until, count, sum: move.to - counted }))) {
        await store.remove({ _id: id });
        return;
      }
      await ignoreRemoved(store.change(id, (latest) => markApplied(latest, move.key)));
    } else {
      await update.forget(doc, move.key);
      await ignoreRemoved(store.change(id, (latest, now) => completeTransfer(latest, move.key, amountOf(latest), now)));
    }
  }
}

/** Completes the transfers now, or leaves them to a worker: the caller's own change is stored already. */
export async function settleNowOrLater<T extends Contribution>(
  id: string,
  update: AggregateUpdate<T>,
  logger: { warn(...words: unknown[]): void },
): Promise<void> {
  await settleContribution(id, update).catch((error: unknown) =>
    logger.warn(`The contribution of ${id} is transferred later`, error),
  );
}

const ERASE_BATCH_SIZE = 100;

/** Withdraws and removes all contributions of a customer, with every earlier version of them. */
export async function eraseContributions<T extends Contribution>(
  customerId: string,
  update: AggregateUpdate<T>,
  withdraw: Decide<T, unknown>,
): Promise<void> {
  const { store } = update;
  for (;;) {
    const left = await store.find({ customerId }, { limit: ERASE_BATCH_SIZE });
    if (left.length === 0) break;
    for (const { _id } of left) {
      await ignoreRemoved(store.change(_id, withdraw));
      await settleContribution(_id, update);
    }
  }
  await store.purge();
}

/** Resolves to undefined when the document was removed in the meantime. */
export async function ignoreRemoved<R>(change: Promise<R>): Promise<R | undefined> {
  return change.catch((error: unknown) => {
    if (isProblem(error, 'not-found')) return undefined;
    throw error;
  });
}
